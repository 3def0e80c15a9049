import { useState } from "preact/hooks";

import { minutesToday, statement, type MinuteMarket, type StatementKey } from "../../api/economy";
import { usePolled } from "../../api/polled";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { ForAdmins } from "../../ui/for_admins";
import { Segmented } from "../../ui/segmented";
import { keptShare, midnightMs, sumOf, waitingOf, type Line } from "./attention";
import { Figure } from "./figure";
import { worthMost } from "./minutes";
import { NoMarket } from "./no_market";
import { People } from "./people";
import { OtherTable, TaskTable } from "./spent_tables";
import { texts } from "./strings";
import { TaskLink } from "./task_link";

const kEveryMs = 15_000;

// Where people's minutes went since midnight, how many of them were attended, and, where the server has a market (`priced`), what
// the next one of each person costs.
export function Today({ priced }: { priced: boolean }) {
  const t = useTexts(texts);
  return (
    <section class="section front">
      <div class="front__head">
        <h2>{t.today}</h2>
        <a href={href("economy")}>{t.toEconomy}</a>
      </div>
      <ForAdmins>
        <Minutes priced={priced} />
      </ForAdmins>
    </section>
  );
}

function Minutes({ priced }: { priced: boolean }) {
  const t = useTexts(texts);
  const spent = usePolled((signal) => statement("task", signal, midnightMs(Date.now())), [], kEveryMs);
  const minutes = usePolled(async (signal) => (priced ? minutesToday(signal) : undefined), [], kEveryMs);
  const market = minutes.data?.running ? minutes.data : undefined;
  if (spent.error && spent.error.status !== 0) return <Failure error={spent.error} onRetry={spent.reload} />;
  if (!spent.data) return null;
  const { lines } = spent.data;
  return (
    <>
      {lines.length > 0 ? <Sums lines={lines} /> : <p class="hint">{t.nothingToday}</p>}
      {market && market.people.length > 0 && <Next market={market} />}
      {lines.length > 0 && <Spent lines={lines} market={market} />}
      {minutes.error && minutes.error.status !== 0 && <Failure error={minutes.error} onRetry={minutes.reload} />}
      {market && <People market={market} />}
      {minutes.data?.running === false && <NoMarket />}
    </>
  );
}

function Sums({ lines }: { lines: readonly Line[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const sum = sumOf(lines);
  const waiting = lines.reduce((all, line) => all + waitingOf(line), 0);
  const value = (minutes: number) => t.minutes(f.compact(minutes));
  return (
    <dl class="key-figures">
      <Figure name={t.acquired} value={value(sum.acquired)} note={t.acquiredNote} />
      <Figure name={t.allocated} value={value(sum.allocated)} note={t.allocatedNote} />
      <Figure name={t.retained} value={value(sum.retained)} note={t.retainedNote(f.percent(keptShare(sum)))} />
      <Figure name={t.waiting} value={value(waiting)} note={t.waitingNote} />
      <Figure name={t.lost} value={value(sum.lost)} note={t.lostNote} />
    </dl>
  );
}

function Next({ market }: { market: MinuteMarket }) {
  const t = useTexts(texts);
  const f = useFormats();
  const best = worthMost(market.tasks);
  if (!best) return <p>{t.noneRefused}</p>;
  return (
    <p>
      {t.nextMost}
      <TaskLink task={best.task} />
      {t.nextWorth(f.tick(best.next))}
    </p>
  );
}

type Key = Exclude<StatementKey, "day">;
const kKeys: readonly Key[] = ["task", "source", "group"];

function Spent({ lines, market }: { lines: readonly Line[]; market: MinuteMarket | undefined }) {
  const t = useTexts(texts);
  const [by, setBy] = useState<Key>("task");
  return (
    <>
      <Segmented<Key> name="today-by" label={t.by} value={by} options={kKeys.map((value) => ({ value, text: t[value] }))} onChange={setBy} />
      {by === "task" ? <TaskTable lines={lines} market={market} /> : <Others by={by} />}
    </>
  );
}

function Others({ by }: { by: Exclude<Key, "task"> }) {
  const { data, error, reload } = usePolled((signal) => statement(by, signal, midnightMs(Date.now())), [by], kEveryMs);
  if (error && error.status !== 0) return <Failure error={error} onRetry={reload} />;
  return data ? <OtherTable by={by} lines={data.lines} /> : null;
}
