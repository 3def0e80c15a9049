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
  const rows = metricRows(model.metrics, splits);
  const others = new Map(metricRows(other?.metrics, splits).map((row) => [row.metric, row]));
  if (rows.length === 0) return <p class="hint">{t.noMetrics}</p>;

  const columns = splits.flatMap((split, i): Column<MetricRow>[] => {
    const name = splitName(split, language);
    if (!other) return [{ title: name, number: true, cell: (row) => f.metric(row.values[i]) }];
    return [
      { title: `${fullName(model)} ${name}`, number: true, cell: (row) => f.metric(row.values[i]) },
      { title: `${fullName(other)} ${name}`, number: true, cell: (row) => f.metric(others.get(row.metric)?.values[i]) },
      {
        title: `${t.difference} ${name}`,
        number: true,
        cell: (row) => <Difference metric={row.metric} mine={row.values[i]} theirs={others.get(row.metric)?.values[i]} />,
      },
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
