import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { FAULTS, type FaultCode } from '#domain/fault/faults.js';
import { FAULT_GUIDE, UNEXPECTED, UNEXPECTED_ENTRY, type FaultEntry } from '../faults/fault-guide.js';
import { DOCUMENTATION_PATH } from '../http/routes.js';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const entry = (code: string, { says, remedy }: FaultEntry): string =>
  `<h2 id="${code}">${code}</h2>\n<p>${escape(says)}</p>\n<p>${escape(remedy)}</p>`;

const page = (): string => {
  const codes = Object.keys(FAULTS) as FaultCode[];
  const entries = [...codes.map((code) => entry(code, FAULT_GUIDE[code])), entry(UNEXPECTED, UNEXPECTED_ENTRY)];
  return `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Ballast: what went wrong</title>
<h1>What went wrong</h1>\n${entries.join('\n')}\n</html>\n`;
};

/** What every error of this gateway means and what to do: where `documentation_url` leads. */
@Controller()
export class DocumentationController {
  private readonly body = Buffer.from(page());

  @Get(DOCUMENTATION_PATH)
  faults(@Res() reply: FastifyReply): void {
    reply.code(200).header('content-type', 'text/html; charset=utf-8').send(this.body);
  }
}
