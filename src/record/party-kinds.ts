/** What a party is, in a word; the value itself where it is none of ours. */
import { wordOf } from '../base/language.ts';

export const partyKind = (kind: string): string => wordOf(`record.kind.${kind}`, kind);
