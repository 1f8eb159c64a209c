/** Forms with files as browsers send them, and as broken connections and strangers do. */
import { expect, test } from 'vitest';
import { InvalidInput } from './errors.ts';
import { type FormOptions, type IncomingFile, readForm, UploadCutOff, unlessEmpty } from './multipart.ts';

const BOUNDARY = 'x-boundary-x';
const part = (head: string, body: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const filePart = (field: string, name: string, body: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${body}\r\n`;
const END = `--${BOUNDARY}--\r\n`;

function request(text: string, options: { type?: string; chunk?: number; breakAt?: number } = {}) {
  const bytes = Buffer.from(text);
  const chunk = options.chunk ?? 7;
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (options.breakAt !== undefined && at >= options.breakAt) return controller.error(new Error('ECONNRESET'));
      if (at >= bytes.length) return controller.close();
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + chunk)));
      at += chunk;
    },
  });
  return {
    headers: new Headers({ 'content-type': options.type ?? `multipart/form-data; boundary=${BOUNDARY}` }),
    body,
  };
}

function collect(overrides: Partial<FormOptions> = {}) {
  const got: { field: string; name: string; text: string }[] = [];
  const options: FormOptions = {
    maxFiles: 10,
    maxFields: 10,
    maxFieldBytes: 1000,
    async onFile(incoming: IncomingFile) {
      const file = await unlessEmpty(incoming);
      if (!file) return;
      const parts: Uint8Array[] = [];
      for await (const chunk of file.bytes) parts.push(chunk);
      got.push({ field: file.field, name: file.name, text: Buffer.concat(parts).toString() });
    },
    ...overrides,
  };
  return { got, options };
}

test('fields and files in any order, UTF-8 throughout', async () => {
  const { got, options } = collect();
  const text =
    part('name="note-1"', 'naïve — ö') +
    filePart('files-1', 'Bericht öä.pdf', 'eins') +
    filePart('files-2', '', '') +
    part('name="note-2"', 'two') +
    filePart('files-2', 'b.txt', 'x'.repeat(5000)) +
    END;
  for (const chunk of [1, 7, 100_000]) {
    got.length = 0;
    const form = await readForm(request(text, { chunk }), options);
    expect([...form.fields]).toEqual([
      ['note-1', 'naïve — ö'],
      ['note-2', 'two'],
    ]);
    expect(got).toEqual([
      { field: 'files-1', name: 'Bericht öä.pdf', text: 'eins' },
      { field: 'files-2', name: 'b.txt', text: 'x'.repeat(5000) },
    ]);
    expect(form.tooManyFiles).toBe(false);
  }
});

test('names come as they were sent, paths and marks included; an unnamed file with bytes is a file', async () => {
  const { got, options } = collect();
  const names = ['../../etc/passwd', 'C:\\papers\\a.pdf', 'rep\u202efdp.exe', ''];
  await readForm(request(names.map((name) => filePart('f', name, 'bytes')).join('') + END), options);
  expect(got.map((file) => file.name)).toEqual([
    '../../etc/passwd',
    expect.stringContaining('a.pdf'),
    'rep\u202efdp.exe',
    '',
  ]);
  expect(got.every((file) => file.text === 'bytes')).toBe(true);
});

test('a connection that breaks anywhere is a cut-off, also for the file that was on its way', async () => {
  const text = part('name="a"', 'b') + filePart('f', 'x.bin', 'y'.repeat(20_000)) + END;
  for (const breakAt of [0, 60, 300, 10_000, text.length - 20]) {
    const seen: unknown[] = [];
    const { options } = collect({
      async onFile(file) {
        try {
          for await (const _ of file.bytes);
          seen.push('whole');
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
    });
    await expect(readForm(request(text, { breakAt, chunk: 512 }), options)).rejects.toThrow(UploadCutOff);
    if (breakAt === 10_000) expect(seen).toEqual([expect.any(UploadCutOff)]);
  }
});

test('an end without the closing boundary is a cut-off too', async () => {
  const { options } = collect();
  const text = filePart('f', 'x.bin', 'y'.repeat(5000));
  await expect(readForm(request(text), options)).rejects.toThrow(UploadCutOff);
});

test('a refused file ends alone: what follows in the form is still read', async () => {
  const { got, options } = collect();
  const text = filePart('f', 'bad', 'z'.repeat(600_000)) + filePart('f', 'good', 'fine') + part('name="a"', 'b') + END;
  const refusing: FormOptions = {
    ...options,
    async onFile(file) {
      if (file.name !== 'bad') return options.onFile(file);
      const some = await unlessEmpty(file);
      if (some) for await (const _ of some.bytes) throw new InvalidInput('bad', 'bad');
    },
  };
  await expect(readForm(request(text, { chunk: 4096 }), refusing)).rejects.toThrow('bad');
  expect(got).toEqual([{ field: 'f', name: 'good', text: 'fine' }]);
});

test('limits: fields, length of a field, files', async () => {
  const { got, options } = collect({ maxFields: 2, maxFiles: 1, maxFieldBytes: 10 });
  await expect(readForm(request(part('name="a"', 'x'.repeat(11)) + END), options)).rejects.toThrow(InvalidInput);
  const three = ['a', 'b', 'c'].map((name) => part(`name="${name}"`, '1')).join('');
  await expect(readForm(request(three + END), options)).rejects.toMatchObject({ code: 'form-too-large' });
  const form = await readForm(request(filePart('f', 'a', '1') + filePart('f', 'b', '2') + END), options);
  expect(form.tooManyFiles).toBe(true);
  expect(got.map((file) => file.name)).toEqual(['a']);
});

test('what is no multipart form is refused by name', async () => {
  const { options } = collect();
  for (const type of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded', '']) {
    await expect(readForm(request('a=b', { type }), options)).rejects.toMatchObject({ code: 'not-a-form' });
  }
});
