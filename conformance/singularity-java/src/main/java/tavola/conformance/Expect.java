package tavola.conformance;

import com.hubspot.singularity.client.SingularityClientException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** What must be so, now or within a bound; what is not so ends the story. */
final class Expect {
  private static final long BOUND_MS = 30_000;

  private Expect() {}

  static void same(String what, Object wanted, Object found) {
    if (!Objects.equals(wanted, found)) {
      throw new AssertionError(what + ": wanted " + wanted + ", found " + found);
    }
  }

  static void that(String what, boolean isSo) {
    if (!isSo) throw new AssertionError("not so: " + what);
  }

  static <T> T there(String what, Optional<T> found) {
    return found.orElseThrow(() -> new AssertionError("there is no " + what));
  }

  /** The call must be refused, with this status and these words in the message. */
  static void refused(int status, String words, Runnable call) {
    try {
      call.run();
    } catch (SingularityClientException refusal) {
      same("status of: " + refusal.getMessage(), status, refusal.getStatusCode());
      that(
          "the refusal says '" + words + "': " + refusal.getMessage(),
          refusal.getMessage().contains(words));
      return;
    }
    throw new AssertionError("not refused with " + status + " " + words);
  }

  /** Asks until there is an answer. */
  static <T> T until(String what, Supplier<Optional<T>> ask) throws InterruptedException {
    long end = System.nanoTime() + BOUND_MS * 1_000_000;
    while (true) {
      Optional<T> answer = ask.get();
      if (answer.isPresent()) return answer.get();
      if (System.nanoTime() > end) throw new AssertionError("waited in vain for " + what);
      Thread.sleep(50);
    }
  }

  static void untilTrue(String what, Supplier<Boolean> ask) throws InterruptedException {
    until(what, () -> ask.get() ? Optional.of(true) : Optional.empty());
  }
}
