/** What a party is, in words: the values of `PARTY_KINDS` as people read them. */
import { wordOf } from '../../base/language.ts';

/** "place", "county"; a kind that is not known is shown as it is. */
export const partyKind = (kind: string): string => wordOf(`directory.kind.${kind}`, kind);
