/* clock_date.h - days since 1970-01-01 and the proleptic Gregorian calendar.
 * Pure. */
#ifndef ENGINE_BASE_CLOCK_DATE_H
#define ENGINE_BASE_CLOCK_DATE_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_date_to_day(int64_t year, int month, int day);
void clock_date_from_day(int64_t day, int64_t *year_out, int *month_out,
			 int *day_out);
bool clock_date_exists(int64_t year, int month, int day);

#endif
