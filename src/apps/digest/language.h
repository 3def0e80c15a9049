#pragma once

#include <string>
#include <string_view>

namespace heed::apps::digest {

// "zh", "ja", "ko", or "en", "de", "fr", "es" by the commonest words of each; another script's text, and one
// without letters, has none: "". A Latin text that names none of those words is taken for English.
std::string language_of(std::string_view text);

// Minutes that reading takes. Speeds of adults reading continuous text (Trauzettel-Klosinski and Dietz, IOVS
// 53(9), 2012, table 2): English 228 words a minute, German 179, French 195, Spanish 218; Chinese 255
// characters, Japanese 357. Others, and Korean, as Spanish and Japanese. At least five seconds: to see what
// it is.
double reading_minutes(std::string_view text, std::string_view language);

}  // namespace heed::apps::digest
