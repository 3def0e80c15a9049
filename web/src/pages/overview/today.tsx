import { useState } from "preact/hooks";

import { statement, type StatementKey } from "../../api/economy";
import { usePolled } from "../../api/polled";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Failure } from "../../ui/failure";
import { ForAdmins } from "../../ui/for_admins";
import { Segmented } from "../../ui/segmented";
import { Table } from "../../ui/table";
import { keptShare, midnightMs, sumOf, taskHref, type Line } from "./attention";
import { Figure } from "./figure";
import { texts } from "./strings";

const kEveryMs = 15_000;

// Where people's minutes went since midnight, and how many of them were attended: what they earned.
export function Today() {
  const t = useTexts(texts);
  return (
    <section class="section front">
      <div class="front__head">
        <h2>{t.today}</h2>
        <a href={href("economy")}>{t.toEconomy}</a>
      </div>
      <ForAdmins>
        <Spent />
      </ForAdmins>
    </section>
  );
}

type Key = Exclude<StatementKey, "day">;
const kKeys: readonly Key[] = ["task", "source", "group"];

function Spent() {
  const t = useTexts(texts);
  const f = useFormats();
  const [by, setBy] = useState<Key>("task");
  const found = usePolled((signal) => statement(by, signal, midnightMs(Date.now())), [by], kEveryMs);
  const lines = [...(found.data?.lines ?? [])].sort((a, b) => b.allocated - a.allocated || b.acquired - a.acquired);
  if (found.error && found.error.status !== 0) return <Failure error={found.error} onRetry={found.reload} />;
  if (found.data && lines.length === 0) return <p class="hint">{t.nothingToday}</p>;
  if (!found.data) return null;
  const sum = sumOf(lines);
  const most = Math.max(...lines.map(({ allocated }) => allocated), Number.MIN_VALUE);
  return (
    <>
      <dl class="key-figures">
        <Figure name={t.acquired} value={t.minutes(f.compact(sum.acquired))} note={t.acquiredNote} />
        <Figure name={t.allocated} value={t.minutes(f.compact(sum.allocated))} note={t.allocatedNote} />
        <Figure name={t.retained} value={t.minutes(f.compact(sum.retained))} note={t.retainedNote(f.percent(keptShare(sum)))} />
        <Figure name={t.lost} value={t.minutes(f.compact(sum.lost))} note={t.lostNote} />
      </dl>
      <Segmented<Key> name="today-by" label={t.by} value={by} options={kKeys.map((value) => ({ value, text: t[value] }))} onChange={setBy} />
      <Table
        label={t.today}
        rows={lines}
        rowKey={({ key }) => key}
        columns={[
          { title: t[by], cell: ({ key }) => (by === "task" && key ? <a href={taskHref(key)}>{key}</a> : key || t.unnamed) },
          {
            title: t.allocated,
            number: true,
            cell: ({ allocated }) => (
              <span class="front__bar">
                <Bar share={allocated / most} tone="attention" /> {f.metric(allocated)}
              </span>
            ),
          },
          { title: t.retained, number: true, cell: ({ retained }) => f.metric(retained) },
          { title: t.keptShare, number: true, cell: (line: Line) => f.percent(keptShare(line)) },
          { title: t.lost, number: true, cell: ({ lost }) => f.metric(lost) },
        ]}
      />
    </>
  );
}
