import { href } from "../../app/route";
import type { ModelFigures, RouteFigures } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { Table } from "../../ui/table";
import { texts } from "./strings";

export function RouteTable({ rows }: { rows: RouteFigures[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <section class="section">
      <h2>{t.routes}</h2>
      <Table
        label={t.routes}
        rows={[...rows].sort((a, b) => b.requests - a.requests)}
        rowKey={(row) => row.route}
        columns={[
          { title: t.route, cell: (row) => <code>{row.route}</code> },
          { title: t.requests, number: true, cell: (row) => f.integer(row.requests) },
          { title: t.errors, number: true, cell: (row) => f.integer(row.errors) },
          { title: "p50", number: true, cell: (row) => f.milliseconds(row.p50_ms) },
          { title: "p95", number: true, cell: (row) => f.milliseconds(row.p95_ms) },
          { title: "p99", number: true, cell: (row) => f.milliseconds(row.p99_ms) },
        ]}
      />
    </section>
  );
}

export function ModelTable({ rows }: { rows: ModelFigures[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <section class="section">
      <h2>{t.models}</h2>
      <Table
        label={t.models}
        rows={rows}
        rowKey={(row) => `${row.name}@${row.version}`}
        columns={[
          {
            title: t.model,
            cell: (row) => (
              <a href={href("models", [`${row.name}@${row.version}`])}>
                {row.name}@{row.version}
              </a>
            ),
          },
          { title: t.requests, number: true, cell: (row) => f.integer(row.requests) },
          { title: t.batch, number: true, cell: (row) => f.rate(row.batch_mean) },
          { title: t.tokens, number: true, cell: (row) => f.compact(row.tokens) },
        ]}
      />
    </section>
  );
}
