#include "apps/monitor/ensemble.h"

namespace heed::apps::monitor {
namespace {

// Written by: heed monitor backtest --series 150 --fit FILE.
constexpr const char* kUsual = R"(
{"negative_surge": {"weights": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.4, 0.0, -0.4, 0.0,
0.0, 0.0, 0.0, 0.0, 0.0], "scores": [-3.31157, -2.29222, -1.71508, -1.24558, -0.800749, -0.339462,
0.0945492, 0.683902, 1.2336, 1.77013, 2.2796], "false_alerts_a_bucket": [0.0110417, 0.01, 0.005,
0.0025, 0.00125, 0.000625, 0.0003125, 0.000155336, 7.67544e-05, 3.83772e-05, 1.82749e-05]},
"volume_burst": {"weights": [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
0.0, 0.0, -0.4, 0.0], "scores": [-3.16808, -2.33615, -1.74988, -1.20744, -0.706859, -0.220497,
0.211193, 0.733729, 1.23944, 1.68585, 2.15882], "false_alerts_a_bucket": [0.02, 0.01, 0.005, 0.0025,
0.00125, 0.000625, 0.0003125, 0.000155336, 7.67544e-05, 3.83772e-05, 1.82749e-05]}}
)";

}  // namespace

const Ensemble& usual_ensemble() {
  static const Ensemble kEnsemble = Ensemble::parse(parse_json(kUsual, "usual_ensemble"), "usual_ensemble");
  return kEnsemble;
}

}  // namespace heed::apps::monitor
