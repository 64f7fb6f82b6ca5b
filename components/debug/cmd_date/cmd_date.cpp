#include "cmd_date.hpp"

#include <ports/cmd_date.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {{"date", "", "Shows the date and the time of day, UTC."}};

constexpr std::int64_t k_second = 1'000'000'000;
constexpr std::int64_t k_day = 86'400;  // seconds

struct Date {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

// In the Gregorian calendar. Years are taken from March on, so that the day that comes and goes is the last one; 400 of
// them have 146097 days. The months from March on begin on day (153 m + 2) / 5.
constexpr Date date_of(std::int64_t days_since_1970) {
    const std::int64_t days = days_since_1970 + 719'468;  // since 0000-03-01
    const std::int64_t era = days / 146'097;
    const std::int64_t day_of_era = days % 146'097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month = (5 * day_of_year + 2) / 153;
    const bool next_year = month >= 10;  // January and February
    return {400 * era + year_of_era + (next_year ? 1 : 0), next_year ? month - 9 : month + 3, day_of_year - (153 * month + 2) / 5 + 1};
}
static_assert(date_of(0).year == 1970 && date_of(0).month == 1 && date_of(0).day == 1);

}  // namespace

std::span<const CommandInfo> CmdDate::commands() const {
    return k_commands;
}

// ISO 8601.
Result<void> CmdDate::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    if (!args.empty()) {
        return Errno::inval;
    }
    const std::int64_t seconds = ports::cmd_date::clocks().realtime().count() / k_second;
    const Date date = date_of(seconds / k_day);
    const std::int64_t time = seconds % k_day;
    out.print("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z\n", date.year, date.month, date.day, time / 3600, time / 60 % 60, time % 60);
    return {};
}

}  // namespace phx::debug
