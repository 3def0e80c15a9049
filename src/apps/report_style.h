#pragma once

namespace heed::apps {

extern const char* const kReportStyle;   // CSS: light and dark, wide and narrow
extern const char* const kReportScript;  // shows a chart's values at the step under the pointer

}  // namespace heed::apps
