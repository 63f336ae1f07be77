import { describe, expect, it } from '@jest/globals';
import { parseMultipart } from './multipart.js';

const wire = async (form: FormData): Promise<{ type: string; body: Buffer }> => {
  const response = new Response(form);
  return { type: response.headers.get('content-type') ?? '', body: Buffer.from(await response.arrayBuffer()) };
};

describe('a multipart body', () => {
  it('gives its parts back byte by byte, whatever they hold', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 256));
    const tricky = Buffer.from('\r\n--boundary\r\n\r\n--\r\n');
    const form = new FormData();
    form.append('Metadata', JSON.stringify({ Name: 'ü' }));
    form.append('Block', new Blob([bytes], { type: 'application/x' }), 'blob');
    form.append('Other', new Blob([tricky]), 'blob');
    form.append('Empty', new Blob([]), 'blob');
    const { type, body } = await wire(form);
    const [metadata, block, other, empty, ...rest] = parseMultipart(type, body);
    expect(metadata).toMatchObject({ name: 'Metadata', filename: null });
    expect(metadata?.bytes.toString()).toBe('{"Name":"ü"}');
    expect(block).toMatchObject({ name: 'Block', filename: 'blob', contentType: 'application/x' });
    expect(block?.bytes.equals(bytes)).toBe(true);
    expect(other?.bytes.equals(tricky)).toBe(true);
    expect(empty?.bytes).toHaveLength(0);
    expect(rest).toEqual([]);
  });

  it.each([
    ['application/json', '{}'],
    ['multipart/form-data', '--x'],
    ['multipart/form-data; boundary=x', '--x\r\nnever ended'],
    ['multipart/form-data; boundary=x', '--y--'],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-type: a/b\r\n\r\nwithout a name\r\n--x--'],
  ])('is refused as %s %j', (type, body) => {
    expect(() => parseMultipart(type, Buffer.from(body))).toThrow('multipart/form-data');
  });
});
