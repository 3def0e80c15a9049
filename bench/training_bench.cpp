// Training's own rows of docs/results.md, each beside its limit and its peer measured in the same run.
#include "report.h"
#include "training_rows.h"

int main(int argc, char** argv) {
  return heed::bench::run_rows({{"train-speed", heed::bench::train_speed}},
                               "training, Multi30k, 3+3 layers, D 256, two threads", argc, argv);
}
