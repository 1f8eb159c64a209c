/** Figures side by side: one table a measure, with a small chart, none silently preferred. Pure props. */
import type { Child } from 'hono/jsx';
import { Empty, type EmptyProps } from '../../ui/empty.tsx';
import { Tag } from '../../ui/mark.tsx';
import { Table } from '../../ui/table.tsx';
import { Day, dateText } from '../../ui/time.tsx';
import { SourceWords } from '../sourced.tsx';
import { type Figure, valueText } from './view.ts';

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

const WIDTH = 640;
/** where bars begin and how long the longest is; claimants stand before it, values after */
const [FROM, BARS] = [210, 250];
const ROW = 34;

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
    day: one.asOf === null ? '' : `for ${dateText(one.asOf)}`,
  }));
  const most = Math.max(...bars.map((bar) => bar.high));
  if (bars.length < 2 || most <= 0 || bars.some((bar) => bar.low < 0)) return null;
  const x = (value: number) => Math.round((value / most) * BARS * 10) / 10;
  return (
    <svg
      class="figures__chart"
      viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
      width={WIDTH}
      height={bars.length * ROW}
      aria-hidden="true"
      focusable="false"
    >
      <path class="figures__zero" d={`M${FROM} 0v${bars.length * ROW}`} />
      {bars.map((bar, i) => {
        const y = i * ROW;
        const note = [bar.day, bar.rank === 'normal' ? '' : bar.rank].filter(Boolean).join(' · ');
        return (
          <g class={bar.rank === 'deprecated' ? 'figures__bar figures__bar--deprecated' : 'figures__bar'}>
            <text class="figures__who" x={FROM - 8} y={y + 20} text-anchor="end">
              {cut(bar.claimant, 32)}
            </text>
            <rect x={FROM} y={y + 7} width={Math.max(1, x(bar.low))} height={ROW - 16} />
            {bar.high > bar.low ? (
              <rect
                class="figures__span"
                x={FROM + x(bar.low)}
                y={y + 7}
                width={x(bar.high) - x(bar.low)}
                height={ROW - 16}
              />
            ) : null}
            <text x={FROM + x(bar.high) + 6} y={y + (note === '' ? 20 : 14)}>
              {cut(bar.words, 34)}
            </text>
            {note === '' ? null : (
              <text class="figures__note" x={FROM + x(bar.high) + 6} y={y + 28}>
                {note}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

export function Figures(props: {
  figures: readonly Figure[];
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
            <h3>
              {first.measure}, in {first.unit}
            </h3>
            <FigureChart figures={group} />
            <Table
              caption={`${first.measure}, in ${first.unit}`}
              quietCaption
              rows={group}
              empty={{ what: 'No figure' }}
              columns={[
                {
                  head: 'Figure',
                  names: true,
                  cell: (one) => (
                    <>
                      {valueText(one)} {one.rank === 'normal' ? null : <Tag>{one.rank}</Tag>}
                      {one.reason && one.rank !== 'normal' ? <div class="soft">{one.reason}</div> : null}
                    </>
                  ),
                },
                { head: 'As worded', cell: (one) => <q>{one.originalValue}</q> },
                { head: 'Who claims it', cell: (one) => one.claimant },
                { head: 'For the day', cell: (one) => (one.asOf ? <Day on={one.asOf} /> : '–') },
                { head: 'Source', cell: (one) => <SourceWords source={one.source} /> },
                props.last,
              ]}
            />
          </section>
        );
      })}
    </>
  );
}
