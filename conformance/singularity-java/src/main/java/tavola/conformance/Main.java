package tavola.conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs one story against a scheduler: {@code Main STORY SCHEDULER_URL SERVICE_COMMAND}.
 *
 * <p>Each story is what somebody does with Singularity's Java client, and what they must then see.
 * It ends 0, or 1 with the first thing that was not so. It deletes the requests that it made.
 */
public final class Main {
  private static final Map<String, Story> STORIES = new LinkedHashMap<>();

  static {
    STORIES.put("services", Services::run);
    STORIES.put("deploys", Deploys::run);
    STORIES.put("jobs", Jobs::run);
    STORIES.put("tasks", Tasks::run);
    STORIES.put("machines", Machines::run);
    STORIES.put("operations", Operations::run);
  }

  private Main() {}

  interface Story {
    void run(Scheduler scheduler) throws Exception;
  }

  public static void main(String[] arguments) {
    if (arguments.length != 3 || !STORIES.containsKey(arguments[0])) {
      System.err.println("usage: Main " + STORIES.keySet() + " SCHEDULER_URL SERVICE_COMMAND");
      System.exit(64);
    }
    try {
      Story story = STORIES.get(arguments[0]);
      story.run(new Scheduler(arguments[1], arguments[2]));
      System.exit(0);
    } catch (Throwable thrown) {
      thrown.printStackTrace();
      System.exit(1);
    }
  }
}
