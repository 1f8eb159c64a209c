/**
 * When two names of one place are the same: letters in lower case without accents, and without the words that say what kind of place it is
 * ("City of Exampleton", "Exampleton city" and "Exampleton" are all "exampleton"). Pure. Views keep what these give, beside each name: a
 * change of either needs views made anew (`counterfoil rebuild`), and a migration that fills what is there.
 */

const ACCENTED = 'áàâäãåāçćčéèêëēíìîïīñńóòôöõøōśšúùûüūýÿžźż';
const PLAIN = 'aaaaaaaccceeeeeiiiiinnooooooossuuuuuyyzzz';
const WITHOUT = new Map([...ACCENTED].map((letter, i) => [letter, PLAIN[i] ?? letter]));
const BEYOND_ASCII = /[^\0-\x7f]/;

/** A name in lower case and without the accents of European languages. */
export function plainName(name: string): string {
  if (!BEYOND_ASCII.test(name)) return name.toLowerCase();
  // Each letter by itself, as databases do it: in whole words two letters of Greek and Turkish would come out otherwise.
  return Array.from(name, (letter) => {
    const [low = ''] = letter.toLowerCase();
    return WITHOUT.get(low) ?? low;
  }).join('');
}

const BEFORE =
  /^(?:the )?(?:city and county|city and borough|city|town|village|borough|township|county|parish|municipality|state|commonwealth) of (?:the )?(?=.)/;
const AFTER =
  /(?<=.) (?:charter township|city and borough|consolidated government|metropolitan government|metro government|unified government|census area|city|town|township|village|borough|municipality|municipio|plantation|county|parish)(?: \(balance\))?$/;

/** The same without the word for what it is. A name that is nothing but such a word stays. */
export const bareName = (name: string): string => plainName(name).replace(BEFORE, '').replace(AFTER, '');
