#pragma once

#include <string>

#include "data/report.h"
#include "data/table.h"

namespace heed::data {

// Fills the roles that `options` leaves open by the columns' usual names ("text", "source", "sentence", … ;
// "target", "translation", … ; "label", "category", "intent", …), and the text by the first column that has
// no other role. A translation has no label.
void guess_columns(const Table& table, ReportOptions& options);

// "text = 'question', label = 'category'", for people.
std::string describe_columns(const ReportOptions& options);

}  // namespace heed::data
