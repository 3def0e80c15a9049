import type { ModelDetail } from "../../api/types";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { Table, type Column } from "../../ui/table";
import { direction, metricRows, splitsOf, type MetricRow } from "./measured";
import { fullName, metricName, splitName } from "./names";
import { texts } from "./strings";

export function MetricTable({ model, other }: { model: ModelDetail; other: ModelDetail | undefined }) {
  const t = useTexts(texts);
  const language = useLanguage();
  const f = useFormats();
  const splits = splitsOf(model.metrics, other?.metrics);
  const rows = metricRows(model.metrics, other?.metrics, splits);
  if (rows.length === 0) return <p class="hint">{t.noMetrics}</p>;

  const columns = splits.flatMap((split, i): Column<MetricRow>[] => {
    const name = splitName(split, language);
    if (!other) return [{ title: name, number: true, cell: (row) => f.metric(row.mine[i]) }];
    return [
      { group: name, title: fullName(model), number: true, cell: (row) => f.metric(row.mine[i]) },
      { group: name, title: fullName(other), number: true, cell: (row) => f.metric(row.theirs[i]) },
      { group: name, title: t.difference, number: true, cell: (row) => <Difference metric={row.metric} mine={row.mine[i]} theirs={row.theirs[i]} /> },
    ];
  });
  return (
    <Table
      label={t.metrics}
      rows={rows}
      rowKey={(row) => row.metric}
      columns={[{ title: t.metric, cell: (row) => metricName(row.metric, language) }, ...columns]}
    />
  );
}

type Value = number | null | undefined;

// How much this model's figure is above the other's, and whether that is good.
function Difference({ metric, mine, theirs }: { metric: string; mine: Value; theirs: Value }) {
  const t = useTexts(texts);
  const f = useFormats();
  if (mine == null || theirs == null) return <>–</>;
  const difference = mine - theirs;
  const sign = Math.sign(difference) * direction(metric);
  if (sign === 0) return <>{f.signed(difference)}</>;
  return (
    <span class={sign > 0 ? "better" : "worse"}>
      {f.signed(difference)} {sign > 0 ? t.better : t.worse}
    </span>
  );
}
