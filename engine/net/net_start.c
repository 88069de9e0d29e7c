/* net_start.c - see net_start.h. */
#include "net/net_start.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode outcome;

static void
start(void)
{
	outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
	if (outcome == CURLE_OK)
		atexit(curl_global_cleanup);
}

enum sg_status
net_start(struct sg_err *err)
{
	pthread_once(&once, start);
	if (outcome != CURLE_OK)
		return err_set(err, SG_FAILED, "libcurl does not start: %s",
			       curl_easy_strerror(outcome));
	return SG_OK;
}
