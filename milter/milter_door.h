/*
 * milter_door.h - who is inside: a callback enters before it touches the engine
 * and leaves after. Once the door is closed nobody enters any more. Any thread.
 */
#ifndef MILTER_MILTER_DOOR_H
#define MILTER_MILTER_DOOR_H

#include <stdbool.h>

/* false: closed; do not call milter_door_leave(). */
bool milter_door_enter(void) __attribute__((warn_unused_result));
void milter_door_leave(void);

/* For good. true: all have left; false: not within `limit_ms`. */
bool milter_door_close(int limit_ms) __attribute__((warn_unused_result));

#endif
