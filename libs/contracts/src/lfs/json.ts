import { Fault } from '#domain/fault/fault.js';

/** Levels of arrays and objects in a request: the LFS API needs four. */
export const JSON_DEPTH_MAX = 16;

const QUOTE = 34;
const BACKSLASH = 92;
const OPENERS = new Set([91, 123]);
const CLOSERS = new Set([93, 125]);

/** Parses JSON of bounded depth; anything else is `request.malformed`. Depth is counted before anything is built. */
export const parseJson = (text: string): unknown => {
  if (depthOf(text) > JSON_DEPTH_MAX) throw new Fault('request.malformed', { reason: 'nested too deeply' });
  try {
    return JSON.parse(text);
  } catch {
    throw new Fault('request.malformed', { reason: 'not JSON' }); // the parser's message quotes the text
  }
};

const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === BACKSLASH) at += 1;
      else if (char === QUOTE) quoted = false;
    } else if (char === QUOTE) quoted = true;
    else if (OPENERS.has(char)) deepest = Math.max(deepest, (depth += 1));
    else if (CLOSERS.has(char)) depth -= 1;
  }
  return deepest;
};
