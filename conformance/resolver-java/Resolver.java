import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/**
 * Java's own DNS client, asked for a service: {@code java Resolver.java IP:PORT NAME} prints what it
 * found as JSON.
 */
class Resolver {
  public static void main(String[] arguments) throws Exception {
    var environment = new Hashtable<String, String>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, "dns://" + arguments[0]);
    var dns = new InitialDirContext(environment);
    var name = arguments[1];
    var ports = new ArrayList<Integer>();
    for (String record : records(dns, "_" + name + "-web._tcp.marathon.mesos", "SRV")) {
      ports.add(Integer.valueOf(record.split(" ")[2]));
    }
    ports.sort(null);
    var addresses = records(dns, name + "-web.marathon.mesos", "A");
    addresses.sort(null);
    var many = records(dns, name + "-many.marathon.mesos", "A").size();
    var isAbsent = false;
    try {
      records(dns, name + "-none.marathon.mesos", "A");
    } catch (NameNotFoundException expected) {
      isAbsent = true;
    }
    var found = "{\"ports\":%s,\"addresses\":[\"%s\"],\"many\":%d,\"isAbsent\":%s}";
    System.out.printf(found, ports, String.join("\",\"", addresses), many, isAbsent);
  }

  private static List<String> records(DirContext dns, String name, String type) throws Exception {
    Attribute found = dns.getAttributes(name, new String[] {type}).get(type);
    var records = new ArrayList<String>();
    for (var all = found.getAll(); all.hasMore(); ) records.add((String) all.next());
    return records;
  }
}
