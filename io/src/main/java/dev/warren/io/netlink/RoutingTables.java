package dev.warren.io.netlink;

import static dev.warren.io.netlink.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads this host's routing tables and addresses, and reads and changes the rules that choose among the
/// tables, see rtnetlink(7). Belongs to one thread.
public final class RoutingTables implements AutoCloseable {
    public static final int MAIN = 254;
    public static final int LOCAL = 255;
    /// The protocol of our rules, routes and addresses, as `ip rule` shows it: a router that was killed may
    /// have left some.
    public static final int PROTOCOL = 87;

    private static final int RTM_GETADDR = 22;
    private static final int RTM_GETRULE = 34;
    private static final int NLM_F_DUMP = 0x300;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_TABLE = 15;
    private static final int RTN_UNREACHABLE = 7;
    /// The metric of a route of last resort: any other route comes before it.
    private static final int LAST_METRIC = Integer.MAX_VALUE;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_SUPPRESS_PREFIXLEN = 14;
    private static final int FRA_TABLE = 15;
    private static final int FRA_FWMASK = 16;
    private static final int FRA_PROTOCOL = 21;
    private static final int FR_ACT_TO_TBL = 1;
    private static final int FIB_RULE_INVERT = 2;

    private final Libc libc = new Libc();
    private final Arena arena = Arena.ofConfined();
    private final NetlinkMessage request = new NetlinkMessage(arena);
    private final MemorySegment answer = arena.allocate(Netlink.ANSWER_BYTES, 8);
    private final int fd;
    private int sequence;

    /// A route of any table.
    ///
    /// @param interfaceIndex 0 when it leads to no interface, or to several
    /// @param ours added by Warren: its protocol is [#PROTOCOL]
    /// @param lastResort one of ours that makes a network unreachable when no other route of the table leads there
    public record Route(
            InetAddress network, int prefixLength, int table, int interfaceIndex, boolean ours, boolean lastResort) {}

    /// An address of an interface.
    ///
    /// @param ours added by Warren: its protocol is [#PROTOCOL]; always false before Linux 5.18
    public record Address(int interfaceIndex, InetAddress address, int prefixLength, boolean ours) {}

    /// One of the two kinds of rule that a full tunnel needs.
    ///
    /// @param table the table in which its packets are looked up
    /// @param mark the rule matches packets without this mark; 0: all packets, for which default routes of
    /// the table are suppressed
    /// @param protocol of the program that added it
    public record Rule(int table, int mark, int protocol) {
        /// Packets without this mark are looked up in the table of the same number.
        public static Rule unmarked(int mark) {
            return new Rule(mark, mark, PROTOCOL);
        }

        /// Before that, all packets are looked up in the main table, without its default routes.
        public static Rule specificFirst() {
            return new Rule(MAIN, 0, PROTOCOL);
        }
    }

    private RoutingTables(int fd) {
        this.fd = fd;
    }

    public static RoutingTables open() throws ErrnoException {
        int fd = new Libc().socket(Libc.AF_NETLINK, Libc.SOCK_RAW, Netlink.NETLINK_ROUTE);
        return new RoutingTables(ErrnoException.check(fd, "open a netlink socket"));
    }

    /// Passes each route of a family to `route`; none where the kernel does not support the family.
    public void routes(boolean v6, Consumer<Route> route) throws ErrnoException {
        request.begin(NetlinkMessage.RTM_GETROUTE, NLM_F_DUMP, ++sequence).route(family(v6), 0, 0, 0, 0, 0, 0);
        dump((at, end) -> {
            long attributes = at + 12;
            byte[] network = new byte[v6 ? 16 : 4];
            long destination = NetlinkMessage.locate(answer, attributes, end, RTA_DST);
            if (destination >= 0 && NetlinkMessage.attributeBytes(answer, destination) >= network.length) {
                MemorySegment.copy(answer, JAVA_BYTE, destination + 4, network, 0, network.length);
            }
            int table = answer.get(JAVA_BYTE, at + 4) & 0xff;
            // IPv6 names the loopback interface here.
            boolean unreachable = answer.get(JAVA_BYTE, at + 7) == RTN_UNREACHABLE;
            boolean ours = answer.get(JAVA_BYTE, at + 5) == PROTOCOL;
            route.accept(new Route(
                    address(network),
                    answer.get(JAVA_BYTE, at + 1) & 0xff,
                    NetlinkMessage.find(answer, attributes, end, RTA_TABLE, table),
                    unreachable ? 0 : NetlinkMessage.find(answer, attributes, end, RTA_OIF, 0),
                    ours,
                    unreachable && ours));
        });
    }

    /// Passes each address of a family to `address`; none where the kernel does not support the family.
    public void addresses(boolean v6, Consumer<Address> address) throws ErrnoException {
        request.begin(RTM_GETADDR, NLM_F_DUMP, ++sequence).address(family(v6), 0, 0, 0, 0);
        dump((at, end) -> {
            long attributes = at + 8;
            long found = NetlinkMessage.locate(answer, attributes, end, Netlink.IFA_LOCAL);
            if (found < 0) found = NetlinkMessage.locate(answer, attributes, end, Netlink.IFA_ADDRESS);
            byte[] bytes = new byte[v6 ? 16 : 4];
            if (found < 0 || NetlinkMessage.attributeBytes(answer, found) < bytes.length) return;
            MemorySegment.copy(answer, JAVA_BYTE, found + 4, bytes, 0, bytes.length);
            long protocol = NetlinkMessage.locate(answer, attributes, end, Netlink.IFA_PROTO);
            address.accept(new Address(
                    answer.get(JAVA_INT, at + 4),
                    address(bytes),
                    answer.get(JAVA_BYTE, at + 1) & 0xff,
                    protocol >= 0 && answer.get(JAVA_BYTE, protocol + 4) == PROTOCOL));
        });
    }

    /// All rules of a family that look into a table, of whatever kind; their marks are told where they are inverted.
    public List<Rule> rules(boolean v6) throws ErrnoException {
        var rules = new ArrayList<Rule>();
        request.begin(RTM_GETRULE, NLM_F_DUMP, ++sequence).route(family(v6), 0, 0, 0, 0, 0, 0);
        dump((at, end) -> {
            long attributes = at + 12;
            boolean inverted = (answer.get(JAVA_INT, at + 8) & FIB_RULE_INVERT) != 0;
            int table = answer.get(JAVA_BYTE, at + 4) & 0xff;
            long protocol = NetlinkMessage.locate(answer, attributes, end, FRA_PROTOCOL);
            rules.add(new Rule(
                    NetlinkMessage.find(answer, attributes, end, FRA_TABLE, table),
                    inverted ? NetlinkMessage.find(answer, attributes, end, FRA_FWMARK, 0) : 0,
                    protocol < 0 ? 0 : answer.get(JAVA_BYTE, protocol + 4) & 0xff));
        });
        return rules;
    }

    /// Adds a rule before the existing ones, also when one of them is equal.
    public void add(boolean v6, Rule rule) throws ErrnoException {
        change(NetlinkMessage.RTM_NEWRULE, NetlinkMessage.NLM_F_CREATE, v6, rule, "add a routing rule");
    }

    /// Removes the first rule equal to this; ENOENT when there is none.
    public void remove(boolean v6, Rule rule) throws ErrnoException {
        change(NetlinkMessage.RTM_DELRULE, 0, v6, rule, "remove a routing rule");
    }

    /// Adds a route of type unreachable with the last metric, for packets that no other route of the table matches.
    ///
    /// @return false when the table had it already
    public boolean addLastResort(InetAddress network, int prefixLength, int table) throws ErrnoException {
        try {
            int flags = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;
            lastResort(NetlinkMessage.RTM_NEWROUTE, flags, network, prefixLength, table, "add a route of last resort");
            return true;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) throw e;
            return false;
        }
    }

    /// Removes a route that [#addLastResort] added; ESRCH when there is none.
    public void removeLastResort(InetAddress network, int prefixLength, int table) throws ErrnoException {
        lastResort(NetlinkMessage.RTM_DELROUTE, 0, network, prefixLength, table, "remove a route of last resort");
    }

    private void lastResort(int type, int flags, InetAddress network, int prefixLength, int table, String what)
            throws ErrnoException {
        int family = family(network.getAddress().length == 16);
        request.begin(type, flags | NetlinkMessage.NLM_F_ACK, ++sequence)
                .route(family, prefixLength, table, PROTOCOL, 0, RTN_UNREACHABLE, 0)
                .attribute(RTA_DST, network)
                .attribute(RTA_PRIORITY, LAST_METRIC)
                .attribute(RTA_TABLE, table);
        dump((_, _) -> {}, what);
    }

    private void change(int type, int flags, boolean v6, Rule rule, String what) throws ErrnoException {
        request.begin(type, flags | NetlinkMessage.NLM_F_ACK, ++sequence)
                .route(family(v6), 0, rule.table, 0, 0, FR_ACT_TO_TBL, rule.mark == 0 ? 0 : FIB_RULE_INVERT)
                .attribute(FRA_TABLE, rule.table)
                .attribute(FRA_PROTOCOL, (byte) rule.protocol);
        if (rule.mark == 0) request.attribute(FRA_SUPPRESS_PREFIXLEN, 0);
        else request.attribute(FRA_FWMARK, rule.mark).attribute(FRA_FWMASK, -1);
        dump((_, _) -> {}, what);
    }

    private interface Message {
        void at(long at, long end);
    }

    private void dump(Message message) throws ErrnoException {
        try {
            dump(message, "read the routing tables");
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EAFNOSUPPORT && e.errno() != Errno.EOPNOTSUPP) throw e;
        }
    }

    /// Sends the request and reads messages until NLMSG_DONE or NLMSG_ERROR.
    private void dump(Message message, String what) throws ErrnoException {
        ErrnoException.check(libc.write(fd, request.segment, 0, request.length()), what);
        while (true) {
            int bytes = libc.recv(fd, answer, 0, Netlink.ANSWER_BYTES, 0);
            if (bytes == -Errno.EINTR) continue;
            ErrnoException.check(bytes, what);
            long at = 0;
            while (at + HEADER <= bytes) {
                int length = answer.get(JAVA_INT, at);
                if (length < HEADER || at + length > bytes) throw new ErrnoException(what, Errno.EIO);
                if (answer.get(JAVA_INT, at + 8) == sequence) {
                    int type = answer.get(JAVA_SHORT, at + 4) & 0xffff;
                    if (type == NetlinkMessage.NLMSG_DONE) return;
                    if (type == NetlinkMessage.NLMSG_ERROR) {
                        ErrnoException.check(
                                length < HEADER + 4 ? -Errno.EIO : answer.get(JAVA_INT, at + HEADER), what);
                        return;
                    }
                    if (length >= HEADER + 12) message.at(at + HEADER, at + length);
                }
                at += (length + 3) & -4;
            }
        }
    }

    private static int family(boolean v6) {
        return v6 ? Libc.AF_INET6 : Libc.AF_INET;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // for a wrong length only
        }
    }

    @Override
    public void close() {
        libc.close(fd);
        arena.close();
    }
}
