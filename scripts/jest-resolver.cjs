'use strict';

const path = require('node:path');
const fs = require('node:fs');

// Our sources import './x.js', as Node wants it; while testing there is only './x.ts'.
module.exports = (request, options) => {
  const ours = /^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes(`${path.sep}node_modules${path.sep}`);
  if (ours) {
    const source = path.resolve(options.basedir, request.replace(/\.js$/, '.ts'));
    if (fs.existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
