/* clock_date.c - see clock_date.h. Eras of 400 years of 146097 days, years
 * that begin in March, so that the leap day comes last. */
#include "base/clock_date.h"

int64_t
clock_date_to_day(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

void
clock_date_from_day(int64_t day, int64_t *year_out, int *month_out,
		    int *day_out)
{
	int64_t era, day_of_era, year_of_era, day_of_year, month;

	day += 719468;
	era = (day >= 0 ? day : day - 146096) / 146097;
	day_of_era = day - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
		       day_of_era / 146096) /
		      365;
	day_of_year = day_of_era -
		      (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	*day_out = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*month_out = (int)(month < 10 ? month + 3 : month - 9);
	*year_out = year_of_era + era * 400 + (*month_out <= 2);
}

bool
clock_date_exists(int64_t year, int month, int day)
{
	int64_t back_year;
	int back_month, back_day;

	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	clock_date_from_day(clock_date_to_day(year, month, day), &back_year,
			    &back_month, &back_day);
	return back_month == month && back_day == day;
}
