import { useState } from "preact/hooks";

import { evaluate, retain, statement, type StatementKey } from "../../api/economy";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { ForAdmins } from "../../ui/for_admins";
import { LineChart } from "../../ui/line_chart";
import { Segmented } from "../../ui/segmented";
import { Table } from "../../ui/table";
import { reviews, rows } from "./examples";
import { forgettingCurve, placed } from "./figures";
import { texts } from "./strings";

const kDays = 60;

export function MemorySection() {
  const t = useTexts(texts);
  const f = useFormats();
  const memory = useResource((signal) => retain(reviews, signal), []);
  return (
    <section>
      <h2>{t.memory}</h2>
      <p class="hint">{t.memoryText}</p>
      {memory.error && <Failure error={memory.error} onRetry={memory.reload} />}
      {memory.data && (
        <LineChart
          label={t.memoryLabel}
          xTitle={t.days}
          axes={{
            x: { kind: "value", name: t.days, format: (x) => t.daysOf(f.integer(x)) },
            y: { format: f.percent, tick: f.share, fromZero: true, most: 1 },
          }}
          series={memory.data.cards.map(({ card, stability }, colour) => ({
            name: card,
            colour,
            points: forgettingCurve(memory.data!, stability, kDays),
          }))}
        />
      )}
    </section>
  );
}

export function EstimateSection() {
  const t = useTexts(texts);
  const f = useFormats();
  const found = useResource((signal) => evaluate(rows, signal), []);
  return (
    <section>
      <h2>{t.estimates}</h2>
      <p class="hint">{t.estimatesText}</p>
      {found.error && <Failure error={found.error} onRetry={found.reload} />}
      {found.data?.support_is_short && <p role="alert">{t.shortSupport}</p>}
      {found.data && (
        <Table
          label={t.estimates}
          columns={[
            { title: t.estimator, cell: (row) => row.estimator },
            { title: t.value, number: true, cell: (row) => f.metric(row.value) },
            {
              title: t.interval,
              cell: (row) => {
                const { from, to, at } = placed(row, found.data!.estimates);
                return (
                  <span class="economy-interval">
                    <span class="economy-interval__line" aria-hidden="true">
                      <span class="economy-interval__bar" style={{ "--from": `${from}%`, "--to": `${100 - to}%` }} />
                      <span class="economy-interval__mark" style={{ "--at": `${at}%` }} />
                    </span>
                    {f.metric(row.lower)} – {f.metric(row.upper)}
                  </span>
                );
              },
            },
            { title: t.worthRows, number: true, cell: (row) => f.metric(row.effective_rows) },
          ]}
          rows={found.data.estimates}
          rowKey={(row) => row.estimator}
        />
      )}
    </section>
  );
}

export function LedgerSection() {
  const t = useTexts(texts);
  return (
    <section>
      <h2>{t.ledger}</h2>
      <p class="hint">{t.ledgerText}</p>
      <ForAdmins>
        <StatementTable />
      </ForAdmins>
    </section>
  );
}

function StatementTable() {
  const t = useTexts(texts);
  const f = useFormats();
  const [by, setBy] = useState<StatementKey>("day");
  const found = useResource((signal) => statement(by, signal), [by]);
  const keys: StatementKey[] = ["day", "source", "task", "group"];
  return (
    <>
      <Segmented<StatementKey> name="economy-by" label={t.by} value={by} options={keys.map((value) => ({ value, text: t[value] }))} onChange={setBy} />
      {found.error && <Failure error={found.error} onRetry={found.reload} />}
      {found.data?.lines.length === 0 && <p class="hint">{t.emptyLedger}</p>}
      {found.data && found.data.lines.length > 0 && (
        <Table
          label={t.ledger}
          columns={[
            { title: t[by], cell: (row) => row.key || "–" },
            { title: t.acquired, number: true, cell: (row) => f.metric(row.acquired) },
            { title: t.allocated, number: true, cell: (row) => f.metric(row.allocated) },
            { title: t.retained, number: true, cell: (row) => f.metric(row.retained) },
            { title: t.lost, number: true, cell: (row) => f.metric(row.lost) },
          ]}
          rows={found.data.lines}
          rowKey={(row) => row.key}
        />
      )}
    </>
  );
}
