import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Table } from "../../ui/table";
import { texts } from "./strings";
import type { Share } from "./trend";

const kMost = 8;

interface BreakdownProps {
  title: string;
  shares: readonly Share[];
  chosen: string;
  address(name: string): string;
}

// The most talked about, and how much of it is negative; each leads to its trend.
export function Breakdown({ title, shares, chosen, address }: BreakdownProps) {
  const t = useTexts(texts);
  const f = useFormats();
  if (shares.length === 0) return null;
  const share = ({ negative, voices }: Share) => (voices > 0 ? negative / voices : 0);
  return (
    <div>
      <h3>{title}</h3>
      <Table
        label={title}
        rows={shares.slice(0, kMost)}
        rowKey={({ name }) => name}
        columns={[
          {
            title: t.breakdownNote,
            cell: ({ name }) => (
              <a href={address(name)} aria-current={name === chosen ? "true" : undefined}>
                {name}
              </a>
            ),
          },
          { title: t.voices, number: true, cell: ({ voices }) => f.integer(voices) },
          {
            title: t.negative,
            number: true,
            cell: (one) => (
              <span class="breakdown__share">
                <Bar share={share(one)} tone="bad" /> {f.percent(share(one))}
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}
