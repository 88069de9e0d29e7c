/*
 * banned.h - functions that cannot be used safely; included before every
 * engine file by the Makefile, after the system headers that declare them.
 */
#ifndef ENGINE_BASE_BANNED_H
#define ENGINE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef sprintf /* a macro where clang fortifies */
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol atof
#pragma GCC poison system

#endif
