/** Sizes of files as people read them. Decimal units, as disks and mail programs count. */
import { locale, t } from '../base/language.ts';

/** "340 bytes", "1.2 MB", "5 GB". */
export function filesize(bytes: number): string {
  if (bytes < 1000) return t('ui.bytes', { n: bytes });
  let value = bytes;
  let unit = 'bytes';
  for (const next of ['kB', 'MB', 'GB', 'TB']) {
    // 999.95 and more would print as "1,000.0": go on to the next unit.
    if (value < 999.95 && unit !== 'bytes') break;
    value /= 1000;
    unit = next;
  }
  return `${value.toLocaleString(locale(), { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}
