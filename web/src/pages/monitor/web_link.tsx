import { useTexts } from "../../i18n/language";
import { webAddress } from "../../ui/web_address";
import { texts } from "./strings";

// Where a message stands, if that is on the web; after a dot.
export function WebLink({ url }: { url: string }) {
  const t = useTexts(texts);
  const address = webAddress(url);
  if (!address) return null;
  return (
    <>
      {" · "}
      <a href={address} target="_blank" rel="noreferrer noopener">
        {t.openLink}
      </a>
    </>
  );
}
