import type { ComponentChildren } from "preact";

export interface Column<Row> {
  title: string;
  group?: string; // Columns side by side with the same one stand under it.
  number?: boolean; // Aligned to the right, in figures of one width.
  cell(row: Row): ComponentChildren;
}

export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string;
}

const kFewColumns = 4; // Spread over the whole width they would be hard to follow.

// A table whose first column heads its rows. Where it is wider than the page it scrolls by itself, by keyboard too, and the
// first column stays.
export function Table<Row>({ label, columns, rows, rowKey }: TableProps<Row>) {
  const kind = (column: Column<Row>) => (column.number ? "number" : undefined);
  return (
    <div class={`table-scroll ${columns.length <= kFewColumns ? "table-scroll--narrow" : ""}`} role="region" aria-label={label} tabIndex={0}>
      <table class="table">
        <thead>
          {columns.some(({ group }) => group) && <GroupRow groups={columns.map(({ group }) => group ?? "")} />}
          <tr>
            {columns.map((column) => (
              <th key={`${column.group} ${column.title}`} scope="col" class={kind(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={i} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={i} class={kind(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GroupRow({ groups }: { groups: readonly string[] }) {
  const starts = groups.flatMap((group, i) => (i === 0 || group !== groups[i - 1] ? [i] : []));
  return (
    <tr>
      {starts.map((start, i) => {
        const span = (starts[i + 1] ?? groups.length) - start;
        if (!groups[start]) return <td key={start} colSpan={span} />;
        return (
          <th key={start} scope="colgroup" colSpan={span} class="table__group">
            {groups[start]}
          </th>
        );
      })}
    </tr>
  );
}
