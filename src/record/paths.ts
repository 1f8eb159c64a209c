/** Addresses of a record's pages. Pure. */
import { ENGLISH, language } from '../base/language.ts';
import type { PublicMatter } from './matter.ts';

/** `path?a=b`, without empty values. */
export function href(path: string, params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
  return query === '' ? path : `${path}?${query}`;
}

export const recordPath = (matter: Pick<PublicMatter, 'slug'>): string => `/record/${matter.slug}`;
export const servicePath = (matter: Pick<PublicMatter, 'slug'>, service: string): string =>
  `/record/${matter.slug}/services/${service}`;
export const entryPath = (matter: Pick<PublicMatter, 'slug'>, entry: string): string =>
  `/record/${matter.slug}/entries/${entry}`;
/** A feed says what it says in the language of the page that leads to it; programs are given English where the address names none. */
export const feedPath = (matter: Pick<PublicMatter, 'slug'>, form: 'atom' | 'json'): string =>
  href(`${recordPath(matter)}/feed.${form}`, { lang: language() === ENGLISH ? '' : language() });
