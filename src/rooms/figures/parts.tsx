/** Figures side by side: one table a measure, with a small chart, none silently preferred. Pure props. */

import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { Empty, type EmptyProps } from '../../ui/empty.tsx';
import { Tag } from '../../ui/mark.tsx';
import { Table } from '../../ui/table.tsx';
import { Day, dateText } from '../../ui/time.tsx';
import { CorrectedNote } from '../corrected-note.tsx';
import { SourceWords } from '../sourced.tsx';
import { type Figure, rankWord, valueText } from './view.ts';

/** Figures by measure, in the order in which they come. */
export function byMeasure(figures: readonly Figure[]): readonly (readonly Figure[])[] {
  const groups = new Map<string, Figure[]>();
  for (const one of figures) {
    const key = one.measure.toLowerCase();
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

const WIDTH = 360;
/** Two lines of words and a bar; narrow enough for a phone without being made smaller. */
const ROW = 54;

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

/**
 * Each claim as a bar from zero to its value, a range as its span, with who claims it, how much, in which unit and for which day. All bars
 * look alike: a rank stands in words beside its bar and changes no bar's weight, but for those marked deprecated, which are hollow. For the
 * eye alone: the table beside it says the same in words. Values are drawn to scale; nothing is drawn where one of them is below zero.
 */
export function FigureChart({ figures }: { figures: readonly Figure[] }) {
  const bars = figures.map((one) => ({
    low: Number(one.low),
    high: Number(one.high ?? one.low),
    rank: one.rank,
    claimant: one.claimant,
    words: `${valueText(one)} ${one.unit}`,
    day: one.asOf === null ? '' : t('said.figure.for-day', { day: dateText(one.asOf) }),
  }));
  const most = Math.max(...bars.map((bar) => bar.high));
  if (bars.length < 2 || most <= 0 || bars.some((bar) => bar.low < 0)) return null;
  const x = (value: number) => Math.round((value / most) * (WIDTH - 2) * 10) / 10;
  return (
    <svg
      class="figures__chart"
      viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
      width={WIDTH}
      height={bars.length * ROW}
      aria-hidden="true"
      focusable="false"
    >
      {bars.map((bar, i) => {
        const y = i * ROW;
        const value = [bar.words, bar.day, bar.rank === 'normal' ? '' : rankWord(bar.rank)].filter(Boolean).join(' · ');
        return (
          <g class={bar.rank === 'deprecated' ? 'figures__bar figures__bar--deprecated' : 'figures__bar'}>
            <text class="figures__who" x="0" y={y + 13}>
              {cut(bar.claimant, 52)}
            </text>
            <text x="0" y={y + 28}>
              {cut(value, 58)}
            </text>
            <rect x="1" y={y + 33} width={Math.max(1, x(bar.low))} height="10" />
            {bar.high > bar.low ? (
              <rect class="figures__span" x={1 + x(bar.low)} y={y + 33} width={x(bar.high) - x(bar.low)} height="10" />
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}

export function Figures(props: {
  figures: readonly Figure[];
  zone: string;
  /** address of an entry's page; null where none is linked */
  entry: ((entry: string) => string) | null;
  /** what stands in the last column of a figure: its receipt, or the form that ranks it */
  last: { readonly head: string; readonly cell: (figure: Figure) => Child };
  empty: EmptyProps;
}) {
  if (props.figures.length === 0) return <Empty {...props.empty} />;
  return (
    <>
      {byMeasure(props.figures).map((group) => {
        const [first] = group;
        return first === undefined ? null : (
          <section class="figures" aria-label={first.measure}>
            <h3>{t('said.figure.in-unit', { measure: first.measure, unit: first.unit })}</h3>
            <FigureChart figures={group} />
            <Table
              caption={t('said.figure.in-unit', { measure: first.measure, unit: first.unit })}
              quietCaption
              rows={group}
              empty={{ what: t('said.figure.table.empty') }}
              columns={[
                {
                  head: t('said.figure'),
                  names: true,
                  cell: (one) => (
                    <>
                      {valueText(one)} {one.rank === 'normal' ? null : <Tag>{rankWord(one.rank)}</Tag>}
                      {one.reason && one.rank !== 'normal' ? <div class="soft">{one.reason}</div> : null}
                      <CorrectedNote corrected={one.corrected} zone={props.zone} entry={props.entry} />
                    </>
                  ),
                },
                { head: t('said.figure.worded'), cell: (one) => <q>{one.originalValue}</q> },
                { head: t('said.figure.claimant'), cell: (one) => one.claimant },
                { head: t('said.figure.day'), cell: (one) => (one.asOf ? <Day on={one.asOf} /> : '–') },
                { head: t('said.source'), cell: (one) => <SourceWords source={one.source} /> },
                props.last,
              ]}
            />
          </section>
        );
      })}
    </>
  );
}
