package dev.warren.io.netlink;

import static dev.warren.io.netlink.NetlinkMessage.HEADER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.warren.io.Endpoint;
import dev.warren.io.ffm.Errno;
import dev.warren.io.ffm.ErrnoException;
import dev.warren.io.ffm.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Configures network interfaces, see rtnetlink(7). Each call is one short exchange with the kernel. Belongs to one
/// thread at a time.
public final class Netlink implements AutoCloseable {
    /// The routing table `ip route` shows.
    public static final int TABLE_MAIN = 254;

    static final int NETLINK_ROUTE = 0;
    /// A netlink answer is never longer (NLMSG_GOODSIZE and large dumps).
    static final int ANSWER_BYTES = 65_536;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int ANSWER_SECONDS = 5;
    private static final int ARPHRD_ETHER = 1;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_CARRIER = 33;
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    /// Since Linux 5.18; earlier kernels ignore it.
    static final int IFA_PROTO = 11;
    /// No duplicate address detection: in a tunnel no other host can have the address. Ignored for IPv4.
    private static final int IFA_F_NODAD = 2;
    private static final int IFLA_STATS64 = 23;
    /// Of `struct rtnl_link_stats64`: packets, bytes, errors, dropped, each received and transmitted.
    private static final int STATS64_TX_DROPPED = 7 * 8;

    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_INET_CONF = 1;
    private static final int IPV4_DEVCONF_SEND_REDIRECTS = 6;
    private static final int IPV4_DEVCONF_PROMOTE_SECONDARIES = 20;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
    private static final int IFLA_TARGET_NETNSID = 46;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_METRICS = 8;
    private static final int RTA_TABLE = 15;
    private static final int RTA_MARK = 16;
    private static final int RTAX_MTU = 2;
    private static final int LOOPBACK = 1;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_HOST = 254;
    private static final int RT_SCOPE_NOWHERE = 255;
    private static final int RTN_UNICAST = 1;
    private static final int NEW = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    /// Requests that go to the kernel in one write. The answers of all must fit into the socket's buffer.
    private static final int BATCH = 64;

    /// The destination of a route.
    public record Network(InetAddress address, int prefixLength) {}

    private final Libc libc;
    private final NetlinkMessage request;
    private final MemorySegment batch;
    private final MemorySegment answer;
    private int fd;
    private int sequence;
    /// Where the payload of the last answer ends.
    private long answerEnd;

    /// @param arena one that is not closed: closing a shared one stops all threads for a moment, packet loops too
    private Netlink(Libc libc, Arena arena, int fd) {
        this.libc = libc;
        this.fd = fd;
        this.request = new NetlinkMessage(arena);
        this.batch = arena.allocate(BATCH * NetlinkMessage.ROUTE_BYTES, 8);
        this.answer = arena.allocate(ANSWER_BYTES, 8);
    }

    public static Netlink open() throws ErrnoException {
        return open(new Libc());
    }

    public static Netlink open(Libc libc) throws ErrnoException {
        int fd = ErrnoException.check(
                libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW, NETLINK_ROUTE), "open a netlink socket");
        var netlink = new Netlink(libc, Arena.ofAuto(), fd);
        netlink.request.segment.set(JAVA_LONG, 0, ANSWER_SECONDS); // struct timeval
        netlink.request.segment.set(JAVA_LONG, 8, 0);
        int status = libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, netlink.request.segment, 16);
        if (status < 0) {
            netlink.close();
            throw new ErrnoException("set a timeout on the netlink socket", status);
        }
        return netlink;
    }

    /// The interface of that name; ENODEV when there is none.
    public LinkInfo link(String name) throws ErrnoException {
        begin(NetlinkMessage.RTM_GETLINK, 0).link(0, 0, 0).attribute(LinkInfo.IFLA_IFNAME, checked(name));
        return link("look up interface " + name, name);
    }

    /// The interface of that index; ENODEV when there is none.
    public LinkInfo link(int index) throws ErrnoException {
        begin(NetlinkMessage.RTM_GETLINK, 0).link(index, 0, 0);
        return link("look up interface " + index, "");
    }

    /// The kind of the interface of that name, for a message: `tun` for a TUN, else such as `a veth`.
    /// ENODEV when there is none.
    public String kind(String name) throws ErrnoException {
        link(name);
        return answeredKind();
    }

    /// Whether it is a TUN that no process has open: a persistent one whose router has ended.
    public boolean abandoned(int index) throws ErrnoException {
        link(index);
        long carrier = NetlinkMessage.locate(answer, HEADER + 16, answerEnd, IFLA_CARRIER);
        return carrier >= 0
                && answer.get(JAVA_BYTE, carrier + 4) == 0
                && answeredKind().equals("tun");
    }

    private String answeredKind() {
        long attributes = HEADER + 16;
        boolean ethernet = (answer.get(JAVA_SHORT, HEADER + 2) & 0xffff) == ARPHRD_ETHER;
        long info = NetlinkMessage.locate(answer, attributes, answerEnd, IFLA_LINKINFO);
        long end = info < 0 ? 0 : info + 4 + NetlinkMessage.attributeBytes(answer, info);
        var kind = info < 0 ? "" : NetlinkMessage.findText(answer, info + 4, end, IFLA_INFO_KIND);
        if (kind.equals("tun")) return ethernet ? "a TAP" : kind;
        return kind.isEmpty() ? "a device" : kind.equals("wireguard") ? "the kernel's WireGuard" : "a " + kind;
    }

    /// The interface of that name in the network namespace that has this id here; ENODEV when there is none.
    public LinkInfo link(String name, int namespace) throws ErrnoException {
        begin(NetlinkMessage.RTM_GETLINK, 0)
                .link(0, 0, 0)
                .attribute(LinkInfo.IFLA_IFNAME, checked(name))
                .attribute(IFLA_TARGET_NETNSID, namespace);
        return link("look up interface " + name + " in another network namespace", name);
    }

    /// Packets to an interface that the kernel dropped since it was created, such as for a full queue
    /// (tx_dropped of `ip -s link`).
    ///
    /// @param namespace the id of the network namespace that the interface is in; negative: ours
    public long transmitDropped(int index, int namespace) throws ErrnoException {
        begin(NetlinkMessage.RTM_GETLINK, 0).link(index, 0, 0);
        if (namespace >= 0) request.attribute(IFLA_TARGET_NETNSID, namespace);
        ErrnoException.check(exchange(), "look up what interface " + index + " has dropped");
        long found = NetlinkMessage.locate(answer, HEADER + 16, answerEnd, IFLA_STATS64);
        long value = found + 4 + STATS64_TX_DROPPED;
        return found < 0 || value + 8 > answerEnd ? 0 : answer.get(ValueLayout.JAVA_LONG_UNALIGNED, value);
    }

    /// The id by which our network namespace knows another, see ip-netns(8); -1 when it has none.
    ///
    /// @param namespace a descriptor of the other
    public int namespaceId(int namespace) throws ErrnoException {
        begin(NetlinkMessage.RTM_GETNSID, 0).namespace().attribute(NETNSA_FD, namespace);
        ErrnoException.check(exchange(), "look up the id of a network namespace");
        return NetlinkMessage.find(answer, HEADER + 4, answerEnd, NETNSA_NSID, -1);
    }

    /// The same; a namespace without an id is assigned one, which queries and received messages need.
    public int assignedNamespaceId(int namespace) throws ErrnoException {
        int id = namespaceId(namespace);
        if (id >= 0) return id;
        begin(NetlinkMessage.RTM_NEWNSID, NetlinkMessage.NLM_F_ACK)
                .namespace()
                .attribute(NETNSA_FD, namespace)
                .attribute(NETNSA_NSID, -1);
        int status = exchange();
        if (status != -Errno.EEXIST) ErrnoException.check(status, "give a network namespace an id");
        return namespaceId(namespace);
    }

    private LinkInfo link(String what, String name) throws ErrnoException {
        ErrnoException.check(exchange(), what);
        LinkInfo link = LinkInfo.read(answer, HEADER, answerEnd);
        if (!name.isEmpty() && !link.name().equals(name))
            throw new ErrnoException(what, Errno.ENODEV); // an alternative name
        return link;
    }

    public void up(int index) throws ErrnoException {
        flags(index, LinkInfo.IFF_UP, "ip link set {} up");
    }

    public void down(int index) throws ErrnoException {
        flags(index, 0, "ip link set {} down");
    }

    private void flags(int index, int flags, String what) throws ErrnoException {
        begin(NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_ACK).link(index, flags, LinkInfo.IFF_UP);
        check(exchange(), index, what);
    }

    /// @param bytes 68 to 65535 for a TUN; EINVAL beyond what the interface takes
    public void mtu(int index, int bytes) throws ErrnoException {
        set(index, LinkInfo.IFLA_MTU, bytes, "ip link set {} mtu " + bytes);
    }

    /// Sets txqueuelen, in packets.
    public void queueLength(int index, int packets) throws ErrnoException {
        set(index, LinkInfo.IFLA_TXQLEN, packets, "ip link set {} txqueuelen " + packets);
    }

    /// Sets the largest super-packet the interface is given, in bytes, 65536 at most.
    public void gsoMaxSize(int index, int bytes) throws ErrnoException {
        set(index, LinkInfo.IFLA_GSO_MAX_SIZE, bytes, "ip link set {} gso_max_size " + bytes);
    }

    /// Sets the interface's own net.ipv4.conf.*.send_redirects to 0. The kernel sends redirects all the same while the
    /// one for all interfaces is 1.
    public void noRedirects(int index) throws ErrnoException {
        setting(index, IPV4_DEVCONF_SEND_REDIRECTS, 0, "switch ICMP redirects off on {}");
    }

    /// Lets other IPv4 addresses of a network stay on the interface when the first one of it is removed.
    public void promoteSecondaries(int index) throws ErrnoException {
        setting(index, IPV4_DEVCONF_PROMOTE_SECONDARIES, 1, "let {} keep its secondary addresses");
    }

    private void setting(int index, int setting, int value, String what) throws ErrnoException {
        begin(NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_ACK).link(index, 0, 0);
        int families = request.begin(IFLA_AF_SPEC);
        int family = request.begin(Libc.AF_INET);
        int settings = request.begin(IFLA_INET_CONF);
        request.attribute(setting, value);
        request.end(settings).end(family).end(families);
        check(exchange(), index, what);
    }

    /// Keeps the kernel from making a link-local address when the interface comes up.
    public void noLinkLocalAddress(int index) throws ErrnoException {
        begin(NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_ACK).link(index, 0, 0);
        int families = request.begin(IFLA_AF_SPEC);
        int family = request.begin(Libc.AF_INET6);
        request.attribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
        request.end(family).end(families);
        check(exchange(), index, "ip link set {} addrgenmode none");
    }

    private void set(int index, int attribute, int value, String what) throws ErrnoException {
        begin(NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_ACK)
                .link(index, 0, 0)
                .attribute(attribute, value);
        check(exchange(), index, what);
    }

    /// Deletes the interface.
    public void deleteLink(int index) throws ErrnoException {
        begin(NetlinkMessage.RTM_DELLINK, NetlinkMessage.NLM_F_ACK).link(index, 0, 0);
        check(exchange(), index, "ip link del {}");
    }

    /// Adds an address to the interface, with [RoutingTables#PROTOCOL]; one that it has already is kept as it is.
    public void addAddress(int index, InetAddress address, int prefixLength) throws ErrnoException {
        address(NetlinkMessage.RTM_NEWADDR, NEW | NetlinkMessage.NLM_F_ACK, index, address, prefixLength);
        request.attribute(IFA_PROTO, (byte) RoutingTables.PROTOCOL);
        int status = exchange();
        if (status == -Errno.EEXIST) return;
        check(status, index, "ip address add " + address.getHostAddress() + "/" + prefixLength + " dev {}");
    }

    public void removeAddress(int index, InetAddress address, int prefixLength) throws ErrnoException {
        address(NetlinkMessage.RTM_DELADDR, NetlinkMessage.NLM_F_ACK, index, address, prefixLength);
        check(exchange(), index, "ip address del " + address.getHostAddress() + "/" + prefixLength + " dev {}");
    }

    private void address(int type, int flags, int index, InetAddress address, int prefixLength) {
        int scope = address.isLoopbackAddress()
                ? RT_SCOPE_HOST
                : address.isLinkLocalAddress() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        begin(type, flags)
                .address(family(address), prefixLength, IFA_F_NODAD, scope, index)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address);
    }

    /// Adds a route through the interface to the main table. An equal one through the same interface is
    /// kept; one through another is not replaced: EEXIST.
    public void addRoute(int index, InetAddress network, int prefixLength) throws ErrnoException {
        addRoute(index, network, prefixLength, TABLE_MAIN);
    }

    /// The same for any routing table; in another than the main one an equal route is kept, whatever its interface.
    public void addRoute(int index, InetAddress network, int prefixLength, int table) throws ErrnoException {
        newRoute(
                request.begin(NetlinkMessage.RTM_NEWROUTE, NEW | NetlinkMessage.NLM_F_ACK, ++sequence),
                index,
                network,
                prefixLength,
                table);
        routeAdded(exchange(), index, network, prefixLength, table);
    }

    /// Adds many routes to the main table. When one fails, those before it have been added, and perhaps some behind it.
    ///
    /// @return those that were not added, since they lead through another interface already
    public List<Network> addRoutes(int index, Iterable<Network> networks) throws ErrnoException {
        var pending = new ArrayList<Network>(BATCH);
        var elsewhere = new ArrayList<Network>();
        for (var rest = networks.iterator(); rest.hasNext(); ) {
            pending.add(rest.next());
            if (pending.size() == BATCH || !rest.hasNext()) {
                addBatch(index, pending, elsewhere);
                pending.clear();
            }
        }
        return elsewhere;
    }

    /// One write; the kernel answers the last request, and the others only when they fail.
    private void addBatch(int index, List<Network> networks, List<Network> elsewhere) throws ErrnoException {
        int first = sequence + 1;
        int bytes = 0;
        for (int i = 0; i < networks.size(); i++) {
            var network = networks.get(i);
            var message = new NetlinkMessage(batch.asSlice(bytes, NetlinkMessage.ROUTE_BYTES));
            int flags = i == networks.size() - 1 ? NEW | NetlinkMessage.NLM_F_ACK : NEW;
            newRoute(
                    message.begin(NetlinkMessage.RTM_NEWROUTE, flags, ++sequence),
                    index,
                    network.address(),
                    network.prefixLength(),
                    TABLE_MAIN);
            bytes += message.length();
        }
        int[] status = new int[networks.size()];
        int sent = fd < 0 ? -Errno.EBADF : libc.write(fd, batch, 0, bytes);
        check(sent, index, "add routes through {}");
        for (int answered = 0; answered < sequence; ) {
            check(receive(first), index, "add routes through {}");
            answered = answer.get(JAVA_INT, 8);
            status[answered - first] = answeredError();
        }
        for (int i = 0; i < status.length; i++) {
            var network = networks.get(i);
            if (status[i] == -Errno.EEXIST && routeInterface(network.address()) != index) elsewhere.add(network);
            else routeAdded(status[i], index, network.address(), network.prefixLength(), TABLE_MAIN);
        }
    }

    private static void newRoute(NetlinkMessage message, int index, InetAddress network, int prefixLength, int table) {
        int scope = family(network) == Libc.AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        route(message, index, network, prefixLength, table, scope);
    }

    private void routeAdded(int status, int index, InetAddress network, int prefixLength, int table)
            throws ErrnoException {
        if (status >= 0) return;
        if (status == -Errno.EEXIST && (table != TABLE_MAIN || routeInterface(network) == index)) return;
        check(status, index, routeCommand("add", network, prefixLength, table));
    }

    public void removeRoute(int index, InetAddress network, int prefixLength) throws ErrnoException {
        removeRoute(index, network, prefixLength, TABLE_MAIN);
    }

    /// The same for any routing table.
    public void removeRoute(int index, InetAddress network, int prefixLength, int table) throws ErrnoException {
        begin(NetlinkMessage.RTM_DELROUTE, NetlinkMessage.NLM_F_ACK);
        route(request, index, network, prefixLength, table, RT_SCOPE_NOWHERE);
        check(exchange(), index, routeCommand("del", network, prefixLength, table));
    }

    private static String routeCommand(String verb, InetAddress network, int prefixLength, int table) {
        var command = "ip route " + verb + " " + network.getHostAddress() + "/" + prefixLength + " dev {}";
        return table == TABLE_MAIN ? command : command + " table " + table;
    }

    private static void route(
            NetlinkMessage message, int index, InetAddress network, int prefix, int table, int scope) {
        message.route(family(network), prefix, table, RoutingTables.PROTOCOL, scope, RTN_UNICAST, 0)
                .attribute(RTA_DST, network)
                .attribute(RTA_OIF, index)
                .attribute(RTA_TABLE, table);
    }

    /// The MTU of the route to a destination: the route's own where it has one, else that of its interface.
    /// ENETUNREACH when there is no route.
    public int routeMtu(InetAddress destination) throws ErrnoException {
        return routeMtu(destination, 0);
    }

    /// The same for packets with this mark, which may choose another routing table; 0: none.
    public int routeMtu(InetAddress destination, int mark) throws ErrnoException {
        ErrnoException.check(lookUp(destination, mark), "look up the route to " + destination.getHostAddress());
        int mtu = answeredMtu();
        if (mtu > 0) return mtu;
        int index = answeredInterface();
        if (index == 0) {
            throw new ErrnoException(
                    "the route to " + destination.getHostAddress() + " has no interface", Errno.ENETUNREACH);
        }
        return link(index).mtu();
    }

    /// The smallest [#routeMtu] of many destinations in bytes, without those that have no route; 0 when none has.
    ///
    /// @param mark of the packets, which may choose another routing table; 0: none
    public int narrowestMtu(Iterable<InetAddress> destinations, int mark) throws ErrnoException {
        int narrowest = Integer.MAX_VALUE;
        var interfaces = new HashSet<Integer>();
        for (var destination : destinations) {
            if (lookUp(destination, mark) < 0) continue;
            int mtu = answeredMtu();
            int index = answeredInterface();
            if (mtu > 0) narrowest = Math.min(narrowest, mtu);
            else if (index != 0) interfaces.add(index);
        }
        for (int index : interfaces) narrowest = Math.min(narrowest, link(index).mtu());
        return narrowest == Integer.MAX_VALUE ? 0 : narrowest;
    }

    /// MTU of the route in the answer, 0 when the route sets none.
    private int answeredMtu() {
        long metrics = NetlinkMessage.locate(answer, HEADER + 12, answerEnd, RTA_METRICS);
        if (metrics < 0) return 0;
        long end = metrics + 4 + NetlinkMessage.attributeBytes(answer, metrics);
        return NetlinkMessage.find(answer, metrics + 4, end, RTAX_MTU, 0);
    }

    private int answeredInterface() {
        return NetlinkMessage.find(answer, HEADER + 12, answerEnd, RTA_OIF, 0);
    }

    /// Index of the interface of the route to a destination; 0 when there is none.
    public int routeInterface(InetAddress destination) {
        return routeInterface(destination, 0);
    }

    /// The same for packets with this mark, which may choose another routing table; 0: none.
    public int routeInterface(InetAddress destination, int mark) {
        return lookUp(destination, mark) < 0 ? 0 : answeredInterface();
    }

    /// Whether a packet to an endpoint, from its local address, would leave by another interface than its
    /// datagrams arrive on; true also when the host has lost that address, false where there is no route.
    boolean leavesElsewhere(Endpoint endpoint, int mark) {
        if (!endpoint.hasLocal() || endpoint.scope() != 0) return false; // a link-local one stays on its link
        int bits = endpoint.v6() ? 128 : 32;
        begin(NetlinkMessage.RTM_GETROUTE, 0)
                .route(endpoint.v6() ? Libc.AF_INET6 : Libc.AF_INET, bits, 0, 0, 0, 0, 0)
                .sourceLength(bits)
                .attribute(RTA_DST, endpoint.addressBytes())
                .attribute(RTA_SRC, endpoint.localBytes())
                .attribute(RTA_MARK, mark);
        int status = exchange();
        if (status < 0) return status == -Errno.EINVAL; // fib: the source is no address of this host
        int leaves = answeredInterface();
        return leaves != 0 && leaves != LOOPBACK && leaves != endpoint.localInterface();
    }

    private int lookUp(InetAddress destination, int mark) {
        int bits = destination.getAddress().length * 8;
        begin(NetlinkMessage.RTM_GETROUTE, 0)
                .route(family(destination), bits, 0, 0, 0, 0, 0)
                .attribute(RTA_DST, destination);
        if (mark != 0) request.attribute(RTA_MARK, mark);
        return exchange();
    }

    /// Throws when the status is minus errno.
    ///
    /// @param what the request, as an `ip` command; `{}` stands for the interface's name
    private void check(int status, int index, String what) throws ErrnoException {
        if (status < 0) throw new ErrnoException(what.replace("{}", nameForMessage(index)), status);
    }

    /// The interface's name for the message of a failure, whose cause may be that there is no such interface.
    private String nameForMessage(int index) {
        try {
            return link(index).name();
        } catch (ErrnoException _) {
            return "interface " + index;
        }
    }

    private NetlinkMessage begin(int type, int flags) {
        return request.begin(type, flags, ++sequence);
    }

    /// Sends the request and waits for its answer, which is then in [#answer] up to [#answerEnd]. Returns 0 or minus
    /// errno.
    private int exchange() {
        if (fd < 0) return -Errno.EBADF;
        int status = libc.write(fd, request.segment, 0, request.length());
        if (status < 0) return status;
        status = receive(sequence);
        if (status < 0 || (answer.get(JAVA_SHORT, 4) & 0xffff) != NetlinkMessage.NLMSG_ERROR) return status;
        return answeredError();
    }

    /// The error in an answer of type NLMSG_ERROR; 0 is an acknowledgement.
    private int answeredError() {
        return answerEnd < HEADER + 4 ? -Errno.EIO : answer.get(JAVA_INT, HEADER);
    }

    /// Waits for an answer to a request from this sequence number on. Returns 0 or minus errno.
    private int receive(int from) {
        while (true) {
            int bytes = libc.recv(fd, answer, 0, ANSWER_BYTES, 0);
            if (bytes == -Errno.EINTR) continue;
            if (bytes < 0) return bytes == -Errno.EAGAIN ? -Errno.ETIMEDOUT : bytes;
            int answered = bytes < HEADER ? 0 : answer.get(JAVA_INT, 8);
            if (answered < from || answered > sequence) continue; // late answer to an earlier request
            int length = answer.get(JAVA_INT, 0);
            if (length < HEADER || length > bytes) return -Errno.EIO;
            answerEnd = length;
            return 0;
        }
    }

    private static int family(InetAddress address) {
        return address instanceof Inet6Address ? Libc.AF_INET6 : Libc.AF_INET;
    }

    private static String checked(String name) throws ErrnoException {
        if (name.isEmpty() || name.length() > 128) throw new ErrnoException("interface '" + name + "'", Errno.ENODEV);
        return name;
    }

    /// Idempotent.
    @Override
    public void close() {
        if (fd < 0) return;
        libc.close(fd);
        fd = -1;
    }
}
