/** What handlers may use, all of it real: the ledger of a test, files and mails in a folder that goes with it. Settings as on a laptop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileBlobsOptions, fileBlobs } from '../../src/adapters/blobs/files.ts';
import { fileMailer } from '../../src/adapters/mail/file.ts';
import type { Config, Services } from '../../src/base/services.ts';
import { random, TEST_ORIGIN, type TestLedger } from './ledger.ts';

export const BASE = 'http://localhost:8080';
export const REVOKE_MINUTES = 10;

export interface TestServices {
  readonly services: Services;
  /** holds `blobs/` and `mail/` */
  readonly dataDir: string;
  close(): Promise<void>;
}

export interface ServicesOptions {
  readonly config?: Partial<Config>;
  readonly create?: FileBlobsOptions['create'];
  readonly receiptPdf?: Services['receiptPdf'];
  readonly recordPdf?: Services['recordPdf'];
  readonly certificate?: Services['certificate'];
}

export async function testServices(t: TestLedger, options: ServicesOptions = {}): Promise<TestServices> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-services-'));
  const { clock } = t;
  const create = options.create ? { create: options.create } : {};
  const services: Services = {
    db: t.db,
    ledger: t.ledger,
    blobs: await fileBlobs({ dir: join(dataDir, 'blobs'), ...create }),
    clock,
    random,
    mailer: fileMailer({ dataDir, from: { name: 'Counterfoil', address: 'post@example.gov' }, clock }),
    config: {
      baseUrl: BASE,
      logOrigin: TEST_ORIGIN,
      revokeMinutes: REVOKE_MINUTES,
      maxFileBytes: 1_000_000,
      mailIn: 'meetings@records.example.gov',
      ...options.config,
    },
    ...(options.receiptPdf ? { receiptPdf: options.receiptPdf } : {}),
    ...(options.recordPdf ? { recordPdf: options.recordPdf } : {}),
    ...(options.certificate ? { certificate: options.certificate } : {}),
  };
  return { services, dataDir, close: () => rm(dataDir, { recursive: true, force: true }) };
}
