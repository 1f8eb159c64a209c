/**
 * The folder that an export is written into: every file is hashed as it is written and named in the manifest, which comes last. It lies at
 * `<DIR>.partial` until it is whole. Holds one file's buffer in memory, never more.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInput } from '../base/errors.ts';
import { isMissing } from '../base/whole-file.ts';
import { FACTS, type Facts, FILE_BYTES, type Kind, LINES, MANIFEST, manifestLine, numbered } from './layout.ts';

const BUFFER = 1 << 20;

/** SHA-256 of a file, hex; null where there is none. */
export async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: BUFFER })) hash.update(chunk);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return hash.digest('hex');
}

/** A file that is being written, with its hash. */
class Writing {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  readonly #closed: () => void;
  constructor(file: FileHandle, closed: () => void) {
    this.#file = file;
    this.#closed = closed;
  }
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= BUFFER) await this.#flush();
  }
  async #flush(): Promise<void> {
    const all = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    this.#hash.update(all);
    await this.#file.writeFile(all);
  }
  /** @returns SHA-256, hex */
  async end(): Promise<string> {
    try {
      await this.#flush();
    } finally {
      await this.close();
    }
    return this.#hash.digest('hex');
  }
  close(): Promise<void> {
    this.#closed();
    return this.#file.close();
  }
}

export class Out {
  readonly #dir: string;
  readonly #partial: string;
  #manifest: FileHandle;
  readonly #writing = new Set<Writing>();
  /** hashes of documents in this export: what grows with it, some hundred bytes each */
  readonly #documents = new Set<string>();

  private constructor(dir: string, partial: string, manifest: FileHandle) {
    this.#dir = dir;
    this.#partial = partial;
    this.#manifest = manifest;
  }

  /**
   * Begins in `<dir>.partial`. What an export that was cut off left there is made anew, but for documents, which are taken over.
   * @throws InvalidInput `folder-not-empty`
   */
  static async begin(where: string): Promise<Out> {
    const dir = resolve(where);
    const there = await readdir(dir).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    if (there.length > 0)
      throw new InvalidInput('folder-not-empty', {
        what: `${dir} is not empty.`,
        lost: 'Nothing was written there.',
        next: 'Name a folder that does not exist yet.',
      });
    const partial = `${dir}.partial`;
    await mkdir(partial, { recursive: true, mode: 0o700 });
    for (const name of await readdir(partial))
      if (name !== 'documents') await rm(join(partial, name), { recursive: true, force: true });
    return new Out(dir, partial, await open(join(partial, MANIFEST), 'w'));
  }

  async #list(sha256: string, path: string): Promise<void> {
    await this.#manifest.writeFile(`${manifestLine(sha256, path)}\n`);
  }

  async #open(path: string): Promise<Writing> {
    const to = join(this.#partial, path);
    await mkdir(dirname(to), { recursive: true });
    const writing = new Writing(await open(to, 'w'), () => this.#writing.delete(writing));
    this.#writing.add(writing);
    return writing;
  }

  async file(path: string, content: Uint8Array | string): Promise<void> {
    const writing = await this.#open(path);
    await writing.write(typeof content === 'string' ? Buffer.from(content) : content);
    await this.#list(await writing.end(), path);
  }

  /** Copies a document. @returns whether it is there, with the hash that is its name */
  async document(path: string, sha256: string, stream: () => AsyncIterable<Uint8Array>): Promise<boolean> {
    if ((await hashOf(join(this.#partial, path))) !== sha256) {
      const writing = await this.#open(path);
      try {
        for await (const chunk of stream()) await writing.write(chunk);
      } catch (error) {
        await writing.close();
        throw error;
      }
      if ((await writing.end()) !== sha256) {
        await rm(join(this.#partial, path), { force: true });
        return false;
      }
    }
    this.#documents.add(sha256);
    await this.#list(sha256, path);
    return true;
  }

  holds(sha256: string): boolean {
    return this.#documents.has(sha256);
  }

  /** Lines in numbered files of bounded size. */
  lines(kind: Kind): Lines {
    return new Lines(
      (path) => this.#open(path),
      (sha256, path) => this.#list(sha256, path),
      kind,
    );
  }

  /** The last file, then the name: a folder without `.partial` is a whole export. */
  async finish(facts: Facts): Promise<void> {
    await this.#clear();
    await this.file(FACTS, `${JSON.stringify(facts, null, 2)}\n`);
    await this.#manifest.sync();
    await this.#manifest.close();
    await rm(this.#dir, { recursive: true, force: true });
    await rename(this.#partial, this.#dir);
  }

  /** Takes away documents that only the export that was cut off had: somebody may have erased them since. */
  async #clear(): Promise<void> {
    const documents = join(this.#partial, 'documents');
    for (const folder of await readdir(documents).catch(() => []))
      for (const name of await readdir(join(documents, folder)))
        if (!this.#documents.has(name)) await rm(join(documents, folder, name), { force: true });
  }

  /** Leaves what there is for the next try. */
  async abandon(): Promise<void> {
    for (const one of [...this.#writing]) await one.close().catch(() => {});
    await this.#manifest.close().catch(() => {});
  }
}

export class Lines {
  readonly #open: (path: string) => Promise<Writing>;
  readonly #list: (sha256: string, path: string) => Promise<void>;
  readonly #kind: Kind;
  #now: Writing | null = null;
  #n = 0;
  #lines = 0;
  #bytes = 0;
  constructor(
    open: (path: string) => Promise<Writing>,
    list: (sha256: string, path: string) => Promise<void>,
    kind: Kind,
  ) {
    this.#open = open;
    this.#list = list;
    this.#kind = kind;
  }
  async add(line: string): Promise<void> {
    this.#now ??= await this.#open(numbered(this.#kind, this.#n));
    const bytes = Buffer.from(`${line}\n`);
    await this.#now.write(bytes);
    this.#lines++;
    this.#bytes += bytes.length;
    if (this.#lines >= LINES || this.#bytes >= FILE_BYTES) await this.end();
  }
  async end(): Promise<void> {
    if (!this.#now) return;
    const sha256 = await this.#now.end();
    this.#now = null;
    await this.#list(sha256, numbered(this.#kind, this.#n));
    this.#n++;
    this.#lines = 0;
    this.#bytes = 0;
  }
}
