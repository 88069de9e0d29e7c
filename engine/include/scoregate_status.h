/*
 * scoregate_status.h - the five ways a call can end. Public: plugins, the
 * milter and the engine share it.
 */
#ifndef SCOREGATE_STATUS_H
#define SCOREGATE_STATUS_H

enum sg_status {
	SG_OK,	    /* done */
	SG_NONE,    /* nothing there: not found, end reached, nothing to do */
	SG_REFUSED, /* the input is wrong: say so to whoever sent it */
	SG_BUSY,    /* not now: try the same again later */
	SG_FAILED   /* broken here: log it, tell the operator */
};

#endif
