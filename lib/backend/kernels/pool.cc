/** The threads behind `parallel`: made at the first need, asleep between two ops, left alone when the process ends. */
#include "pool.h"
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

struct Pool {
  std::mutex lock;
  std::condition_variable begin, end;
  int workers = 0, parts = 0, open = 0;
  unsigned long round = 0;
  void (*work)(void*, int, int) = nullptr;
  void* context = nullptr;

  void loop(int part) {
    unsigned long seen = 0;
    std::unique_lock<std::mutex> hold(lock);
    for (;;) {
      begin.wait(hold, [&] { return round != seen; });
      seen = round;
      if (part >= parts) continue;
      hold.unlock();
      work(context, part, parts);
      hold.lock();
      if (--open == 0) end.notify_one();
    }
  }
};

int wanted = 1;
std::mutex running;
// Never destroyed: its threads wait on it until the process is gone.
Pool* const pool = new Pool;

}  // namespace

void useThreads(int count) { wanted = count > 1 ? count : 1; }
int threads() { return wanted; }

void runParts(int parts, void (*work)(void*, int, int), void* context) {
  // Two calls at once (worker threads of Node) take turns.
  std::lock_guard<std::mutex> turn(running);
  {
    std::lock_guard<std::mutex> hold(pool->lock);
    while (pool->workers < parts - 1) {
      const int part = ++pool->workers;
      std::thread([part] { pool->loop(part); }).detach();
    }
    pool->parts = parts;
    pool->work = work;
    pool->context = context;
    pool->open = parts - 1;
    pool->round++;
  }
  pool->begin.notify_all();
  work(context, 0, parts);
  std::unique_lock<std::mutex> hold(pool->lock);
  pool->end.wait(hold, [] { return pool->open == 0; });
}
