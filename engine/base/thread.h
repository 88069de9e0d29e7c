/*
 * thread.h - who goes first where threads share a CPU. Somebody waits for each
 * answer of a web lane; the threads that keep and apply what was answered have
 * time. The kernel cannot tell: it lets whoever runs use up his turn, and looks
 * again after a tick (4 ms mostly).
 */
#ifndef ENGINE_BASE_THREAD_H
#define ENGINE_BASE_THREAD_H

#include <stdbool.h>

struct thread_answerer;

/*
 * The calling thread answers what it hears of by `epoll_fd`, which it keeps
 * open until thread_answers_no_more(). NULL: too many do, and nothing gives way
 * to this one; all functions take that.
 */
struct thread_answerer *thread_answers(int epoll_fd);
void thread_answers_no_more(struct thread_answerer *answerer);
/* Between these two there are answers to be made. */
void thread_answers_begin(struct thread_answerer *answerer);
void thread_answers_end(struct thread_answerer *answerer);

/*
 * The calling thread works behind those that answer: it does not push anybody
 * off when it wakes (SCHED_BATCH), and thread_gives_way() acts.
 */
void thread_works_behind(void);
/* All that do so are late, and give no way; or no longer. */
void threads_are_late(bool are_late);

/*
 * To be called often, where no lock is held that an answer needs: if on this
 * CPU somebody answers, or has something to answer, the thread is in the way
 * and sleeps, at most 2 ms, and then goes on for as long, whoever answers.
 * Costs some 0.5 us; nothing in any other thread.
 */
void thread_gives_way(void);

#endif
