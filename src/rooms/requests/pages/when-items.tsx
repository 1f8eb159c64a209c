/** Items with a due date of their own, as part of the step "when": one folded form an item. Shows and reads; saves nothing. */
import { t } from '../../../base/language.ts';
import { Checkbox, type Errors, Field } from '../../../ui/form.tsx';
import type { DraftBody } from '../draft.ts';
import { RULE_NAMES, type RuleFields, RuleForm, readRule, ruleFields } from './when-rule.tsx';

/** So many items have their forms on the page at once; of longer requests those that have a rule, and one more. */
const SHOWN = 10;

export interface ItemForm {
  readonly item: number;
  readonly own: boolean;
  readonly fields: RuleFields;
}

const prefixOf = (item: number) => `item-${item}-`;
const ownName = (item: number) => `own-${item}`;

/** Forms as the draft has them; a form without a rule starts as the request's own. */
export function itemForms({ items, itemDues, due }: DraftBody, another: number | null): readonly ItemForm[] {
  if (items.length < 2) return [];
  return items.flatMap((_, i): ItemForm[] => {
    const item = i + 1;
    const rule = itemDues?.[String(item)] ?? null;
    if (rule === null && items.length > SHOWN && item !== another) return [];
    return [{ item, own: rule !== null || item === another, fields: ruleFields(rule ?? due) }];
  });
}

/** Forms as they were sent. Items whose form was not on the page keep what the draft has. */
export function sentForms(body: DraftBody, form: (name: string) => string, zone: string): readonly ItemForm[] {
  const sent = new Set(form('itemForms').split(' ').map(Number));
  return body.items.flatMap((_, i): ItemForm[] => {
    const item = i + 1;
    if (!sent.has(item)) return [];
    const fields = Object.fromEntries(RULE_NAMES.map((name) => [name, form(prefixOf(item) + name)]));
    return [{ item, own: form(ownName(item)) === 'on', fields: { ...fields, zone } }];
  });
}

/** The rules that the forms say beside those that had no form; undefined where no item has one. */
export function readItems(
  forms: readonly ItemForm[],
  body: DraftBody,
  errors: Record<string, string>,
): DraftBody['itemDues'] {
  const rules = { ...body.itemDues };
  for (const { item, own, fields } of forms) {
    delete rules[String(item)];
    const rule = own ? readRule(fields, errors, prefixOf(item)) : null;
    if (rule) rules[String(item)] = rule;
  }
  return Object.keys(rules).length === 0 ? undefined : rules;
}

/** Where a refusal of the clock belongs. */
export const itemField = (item: number, name: string) => prefixOf(item) + name;

const short = (text: string) => (text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text);

export function ItemRules(props: {
  readonly forms: readonly ItemForm[];
  readonly items: readonly string[];
  readonly errors: Errors;
}) {
  const { forms, items, errors } = props;
  if (items.length < 2) return null;
  return (
    <>
      <h2>{t('requests.items.heading')}</h2>
      <p>{t('requests.items.lead')}</p>
      <input type="hidden" name="itemForms" value={forms.map(({ item }) => item).join(' ')} />
      {forms.map(({ item, own, fields }) => (
        <details class="working" open={own || undefined} id={`item-${item}`}>
          <summary>{t('requests.items.item', { n: item, text: short(items[item - 1] ?? '') })}</summary>
          <Checkbox name={ownName(item)} label={t('requests.items.own')} checked={own} />
          <RuleForm fields={fields} errors={errors} prefix={prefixOf(item)} />
        </details>
      ))}
      {items.length > SHOWN ? (
        <Field
          name="another"
          type="number"
          inputmode="numeric"
          label={t('requests.items.another')}
          hint={t('requests.items.another.hint')}
          width="short"
          errors={errors}
        />
      ) : null}
    </>
  );
}
