import type { MinuteMarket } from "../../api/economy";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar, StackedBar } from "../../ui/bar";
import { Table, type Column } from "../../ui/table";
import { keptShare, taskLines, waitingOf, type Line } from "./attention";
import { texts } from "./strings";
import { TaskLink } from "./task_link";

const mostOf = (lines: readonly Line[]) => Math.max(...lines.map(({ allocated }) => allocated), Number.MIN_VALUE);

// What became of the minutes of each task, and what its best refused bid would have paid for another.
export function TaskTable({ lines, market }: { lines: readonly Line[]; market: MinuteMarket | undefined }) {
  const t = useTexts(texts);
  const f = useFormats();
  const rows = taskLines(lines, market?.tasks.map(({ task }) => task) ?? []);
  const next = new Map(market?.tasks.map((one) => [one.task, one.next]));
  const most = mostOf(rows);
  const parts = (line: Line) => [
    { swatch: "attention", share: Math.min(line.retained, line.allocated) / most },
    { swatch: "waiting", share: waitingOf(line) / most },
    { swatch: "lost", share: Math.min(line.lost, line.allocated) / most },
  ];
  const columns: Column<Line>[] = [
    { title: t.task, cell: ({ key }) => (key ? <TaskLink task={key} /> : t.noTask) },
    {
      title: t.allocated,
      number: true,
      cell: (line) => (
        <span class="front__bar">
          <StackedBar parts={parts(line)} /> {f.compact(line.allocated)}
        </span>
      ),
    },
    { title: t.retained, number: true, cell: ({ retained }) => f.compact(retained) },
    { title: t.keptShare, number: true, cell: (line) => f.percent(keptShare(line)) },
    { title: t.waiting, number: true, cell: (line) => f.compact(waitingOf(line)) },
    { title: t.lost, number: true, cell: ({ lost }) => f.compact(lost) },
  ];
  if (market) columns.push({ title: t.nextMinute, number: true, cell: ({ key }) => f.tick(next.get(key) || null) });
  return (
    <>
      <ul class="chart__legend">
        {([["attention", t.retained], ["waiting", t.waiting], ["lost", t.lost]] as const).map(([swatch, name]) => (
          <li key={swatch}>
            <span class={`swatch swatch--area swatch--${swatch}`} aria-hidden="true" />
            {name}
          </li>
        ))}
      </ul>
      <Table label={t.today} rows={rows} rowKey={({ key }) => key} columns={columns} />
    </>
  );
}

// By source or group. What is lost there was not all given to a task, so that what waits cannot be told.
export function OtherTable({ by, lines }: { by: "source" | "group"; lines: readonly Line[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const most = mostOf(lines);
  return (
    <Table
      label={t.today}
      rows={[...lines].sort((a, b) => b.allocated - a.allocated || b.acquired - a.acquired)}
      rowKey={({ key }) => key}
      columns={[
        { title: t[by], cell: ({ key }) => key || t.unnamed },
        {
          title: t.allocated,
          number: true,
          cell: ({ allocated }) => (
            <span class="front__bar">
              <Bar share={allocated / most} tone="attention" /> {f.compact(allocated)}
            </span>
          ),
        },
        { title: t.retained, number: true, cell: ({ retained }) => f.compact(retained) },
        { title: t.keptShare, number: true, cell: (line) => f.percent(keptShare(line)) },
        { title: t.lost, number: true, cell: ({ lost }) => f.compact(lost) },
      ]}
    />
  );
}
