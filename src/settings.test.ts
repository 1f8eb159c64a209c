/** Settings that work without any, and wrong ones named without their value. */
import { expect, it } from 'vitest';
import { BadSetting, readSettings } from './settings.ts';

const wrong = (env: Record<string, string>): string => {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof BadSetting) return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(env)} was taken`);
};

it('works on a laptop without any, and takes an empty one for none', () => {
  const none = readSettings({});
  expect(none).toMatchObject({ port: 8080, host: '127.0.0.1', example: true, databaseUrl: null, smtpUrl: null });
  expect(readSettings({ PORT: '', BASE_URL: '' })).toEqual(none);
});

it.each([
  ['PORT', 'eighty'],
  ['PORT', '70000'],
  ['BASE_URL', 'ftp://records.example.gov'],
  ['EXAMPLE', 'yes'],
  ['MAIL_FROM', 'nobody'],
  ['METRICS_TOKEN', 'short'],
  ['LOG_LEVEL', 'loud'],
])('names %s when it is %s', (name, value) => {
  expect(wrong({ [name]: value })).toMatch(new RegExp(`^${name}: `));
  expect(wrong({ [name]: value })).not.toContain(value);
});

it('asks for a sender where letters leave by SMTP, and tells no secret', () => {
  const said = wrong({ SMTP_URL: 'smtp://user:secret-word@mail.example.gov' });
  expect(said).toContain('MAIL_FROM');
  expect(said).not.toContain('secret-word');
});
