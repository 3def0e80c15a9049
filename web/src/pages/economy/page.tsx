import { useTexts } from "../../i18n/language";
import type { PageProps } from "../page";
import { AllocationSection } from "./allocation";
import { EstimateSection, LedgerSection, MemorySection } from "./measured";
import { NetworkSection } from "./network";
import "./page.css";
import { texts } from "./strings";

export default function EconomyPage(_: PageProps) {
  const t = useTexts(texts);
  return (
    <div class="economy">
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
      </div>
      <NetworkSection />
      <AllocationSection />
      <MemorySection />
      <EstimateSection />
      <LedgerSection />
    </div>
  );
}
