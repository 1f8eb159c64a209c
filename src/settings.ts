/** Settings of the server from its environment: each with a default that works on a laptop. Anything wrong is named at start. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Language } from './base/language.ts';

const number = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const webUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

const environment = z.object({
  PORT: number(8080, 0, 65_535),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .transform((path) => resolve(path)),
  BASE_URL: webUrl.optional(),
  DATABASE_URL: z.string().min(1).optional(),
  SOURCE_URL: webUrl.optional(),
  EXAMPLE: z.enum(['0', '1']).default('1'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.email().optional(),
  MAIL_FROM_NAME: z.string().min(1).max(100).default('Counterfoil'),
  MAIL_IN_ADDRESS: z.email().optional(),
  MAIL_IN_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  MAIL_IN_HOST: z.string().min(1).default('127.0.0.1'),
  REVOKE_MINUTES: number(5, 0, 24 * 60),
  MAX_FILE_BYTES: number(20 * 1024 ** 3, 1, Number.MAX_SAFE_INTEGER),
  BEHIND_PROXY: z.enum(['0', '1']).default('0'),
  WITNESSES: z.string().min(1).optional(),
  WITNESS_LOGS: z.string().min(1).optional(),
  TSA: z.url({ protocol: /^https?$/ }).optional(),
  TSA_MINUTES: number(60, 1, 7 * 24 * 60),
  METRICS_TOKEN: z.string().min(16).optional(),
  DEFAULT_LANGUAGE: z.enum(['en', 'es']).default('en'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
});

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** as people reach the server; null: http://localhost with the port that was bound */
  readonly baseUrl: string | null;
  readonly databaseUrl: string | null;
  /** where the source of the program as it runs here can be had (AGPL-3.0, section 13) */
  readonly sourceUrl: string | null;
  readonly example: boolean;
  readonly smtpUrl: string | null;
  readonly mailFrom: { readonly name: string; readonly address: string | null };
  /** mailbox whose mail comes in here (folder or port); null: none, but where no mail leaves either */
  readonly mailInAddress: string | null;
  /** port of the small mail server; null: mail comes in by the folder alone */
  readonly mailInPort: number | null;
  readonly mailInHost: string;
  readonly revokeMinutes: number;
  readonly maxFileBytes: number;
  readonly behindProxy: boolean;
  /** file with the witnesses that cosign this log and the quorum (src/witness/config.ts); null: nobody is asked */
  readonly witnesses: string | null;
  /** file with the vkeys of the logs that this server cosigns; null: none */
  readonly witnessLogs: string | null;
  /** timestamp authority (RFC 3161) that stamps checkpoints now and then; null: none */
  readonly tsa: string | null;
  /** minutes between two timestamps, at least */
  readonly tsaMinutes: number;
  /** what a program from another machine shows to read /metrics; null: this machine alone reads them */
  readonly metricsToken: string | null;
  /** of letters, and of pages for readers whose browser names no language of ours */
  readonly language: Language;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

/** A setting that cannot be used: the message names the variable and what is wrong, never its value (it may be a secret). */
export class BadSetting extends Error {}

/** @throws BadSetting naming every variable that cannot be used */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = environment.safeParse(given);
  if (!read.success) {
    throw new BadSetting(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const e = read.data;
  if (e.SMTP_URL && !e.MAIL_FROM)
    throw new BadSetting('MAIL_FROM: say which address letters come from when SMTP_URL is set');
  if (e.MAIL_IN_PORT && e.SMTP_URL && !e.MAIL_IN_ADDRESS)
    throw new BadSetting('MAIL_IN_ADDRESS: say for which address mail is taken when MAIL_IN_PORT is set');
  return {
    port: e.PORT,
    host: e.HOST,
    dataDir: e.DATA_DIR,
    baseUrl: e.BASE_URL ?? null,
    databaseUrl: e.DATABASE_URL ?? null,
    sourceUrl: e.SOURCE_URL ?? null,
    example: e.EXAMPLE === '1',
    smtpUrl: e.SMTP_URL ?? null,
    mailFrom: { name: e.MAIL_FROM_NAME, address: e.MAIL_FROM ?? null },
    mailInAddress: e.MAIL_IN_ADDRESS ?? null,
    mailInPort: e.MAIL_IN_PORT ?? null,
    mailInHost: e.MAIL_IN_HOST,
    revokeMinutes: e.REVOKE_MINUTES,
    maxFileBytes: e.MAX_FILE_BYTES,
    behindProxy: e.BEHIND_PROXY === '1',
    witnesses: e.WITNESSES ?? null,
    witnessLogs: e.WITNESS_LOGS ?? null,
    tsa: e.TSA ?? null,
    tsaMinutes: e.TSA_MINUTES,
    metricsToken: e.METRICS_TOKEN ?? null,
    language: e.DEFAULT_LANGUAGE,
    logLevel: e.LOG_LEVEL,
  };
}
