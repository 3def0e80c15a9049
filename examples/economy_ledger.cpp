// Ten minutes that were given, and what became of five: build/release/bin/example_economy_ledger
#include <cstdio>
#include <vector>

#include "economy/ledger.h"

int main() {
  using enum heed::economy::Stage;
  const auto ledger = heed::economy::open_ledger("sqlite:/tmp/heed-example-ledger.db");
  heed::economy::Posting given;
  given.id = "1", given.tenant = "acme", given.person = "anna", given.source = "rss",
  given.milliseconds = 600'000;
  heed::economy::Posting used = given;
  used.id = "2", used.from = acquired, used.to = allocated, used.milliseconds = 300'000;
  ledger->post(std::vector{given, used});
  std::printf("%zu faults; %s", ledger->audit().faults.size(), heed::economy::to_prometheus(*ledger).c_str());
}
