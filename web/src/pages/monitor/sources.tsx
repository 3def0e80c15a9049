import { useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { readUnreadable, type FeedRow, type Sources as Figures, type SourceRow, type UnreadableLine } from "../../api/monitor";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Table } from "../../ui/table";
import { texts } from "./strings";

const kLines = 20;

// Where messages come from, what became of them, and what could not be read.
export function Sources({ figures: { counts, sources, feeds } }: { figures: Figures }) {
  const t = useTexts(texts);
  const f = useFormats();
  const fates: [string, number][] = [
    [t.messages, counts.messages],
    [t.fateCopies, counts.copies],
    [t.fateDuplicates, counts.duplicates],
    [t.fateLate, counts.late],
    [t.fateAhead, counts.ahead],
    [t.fateUnreadable, counts.unreadable],
    [t.fateSuppressed, counts.suppressed],
  ];
  return (
    <section class="section" aria-labelledby="sources-title">
      <h2 id="sources-title">{t.sources}</h2>
      <div class="stack">
        {sources.length > 0 && <SourceTable rows={sources} />}
        {feeds.length > 0 && <FeedTable rows={feeds} />}
        <div>
          <h3>{t.fates}</h3>
          <dl class="fates">
            {fates.map(([name, count]) => (
              <div key={name}>
                <dt class="hint">{name}</dt>
                <dd>{f.integer(count)}</dd>
              </div>
            ))}
          </dl>
        </div>
        {counts.unreadable > 0 && <Unreadable count={counts.unreadable} />}
      </div>
    </section>
  );
}

function SourceTable({ rows }: { rows: readonly SourceRow[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <Table
      label={t.bySource}
      rows={[...rows].sort((a, b) => b.messages - a.messages)}
      rowKey={(row) => row.source}
      columns={[
        { title: t.source, cell: (row) => row.source },
        { title: t.messages, number: true, cell: (row) => f.integer(row.messages) },
        { title: t.voices, number: true, cell: (row) => f.integer(row.voices) },
        { title: t.negative, number: true, cell: (row) => f.percent(row.share_negative) },
        { title: t.sentiment, number: true, cell: (row) => f.signed(row.sentiment) },
        { title: t.latestHour, number: true, cell: (row) => f.hour(Date.parse(row.latest)) },
      ]}
    />
  );
}

function FeedTable({ rows }: { rows: readonly FeedRow[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <div>
      <h3>{t.feeds}</h3>
      <Table
        label={t.feeds}
        rows={rows}
        rowKey={(row) => row.url}
        columns={[
          { title: t.feed, cell: (row) => row.url },
          { title: t.asked, cell: (row) => (row.asked ? f.dateTime(Date.parse(row.asked)) : t.notAsked) },
          { title: t.entries, number: true, cell: (row) => f.integer(row.entries) },
          { title: t.failures, number: true, cell: (row) => f.integer(row.failures) },
          { title: t.feedState, cell: (row) => (row.problem ? <span class="tag tag--bad">{row.problem}</span> : row.asked ? <span class="tag tag--good">{t.fine}</span> : "–") },
        ]}
      />
    </div>
  );
}

// Asked for by a press: only keys that may administer the server may read them.
function Unreadable({ count }: { count: number }) {
  const t = useTexts(texts);
  const f = useFormats();
  const [lines, setLines] = useState<readonly UnreadableLine[]>();
  const action = useAction();
  const show = () => void action.run(async () => setLines((await readUnreadable(kLines)).lines));
  return (
    <div class="unreadable">
      <p>
        {t.unreadable(f.integer(count))}{" "}
        <button class="button button--quiet" type="button" disabled={action.busy} onClick={show}>
          {t.showLines}
        </button>
      </p>
      {action.error && <Failure error={action.error} />}
      {lines && (
        <>
          <h3>{t.linesTitle}</h3>
          <ul class="quotes">
            {lines.map((line, i) => (
              <li key={i}>
                <code>{line.body}</code>
                <p class="hint">
                  {line.reason} · {line.stream} · {f.dateTime(Date.parse(line.ts))}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
