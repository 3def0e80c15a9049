#pragma once

#include <optional>
#include <string_view>

namespace heed::economy {

// Minutes since midnight of "HH:MM"; -1 where it is none.
int minute_of_day(std::string_view text);

// Hours in which a person is left alone: minutes after midnight, [begin, end), through midnight where end is
// less. Equal: never.
struct QuietHours {
  int begin = 0, end = 0;

  bool has(int minute) const {
    return begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end;
  }
};

// Of "22:00-07:00"; nullopt where it is none.
std::optional<QuietHours> parse_quiet_hours(std::string_view text);

}  // namespace heed::economy
