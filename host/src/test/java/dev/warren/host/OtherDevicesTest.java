package dev.warren.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.warren.routing.ip.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtherDevicesTest {
    @Test
    void routesOfOtherDevicesAreRead() {
        var found = new HashMap<IpPrefix, String>();
        for (var line : List.of(
                "default via 192.168.1.1 dev eth0 proto dhcp src 192.168.1.7 metric 100 ",
                "10.8.0.0/24 dev wg1 proto kernel scope link src 10.8.0.1 ",
                "10.8.0.0/24 via 192.168.1.9 dev eth0 metric 500",
                "192.0.2.7 via 192.168.1.1 dev eth0 ",
                "blackhole 10.0.0.0/8 ",
                "2001:db8:8::/64 dev wg1 proto kernel metric 256 pref medium",
                "2001:db8::7 dev eth0 metric 1024 pref medium",
                "fe80::/64 dev eth0 proto kernel metric 256 pref medium",
                "192.168.9.0/24 proto static metric 20 ",
                "")) {
            OtherDevices.add(found, line);
        }
        assertEquals(
                Map.of(
                        IpPrefix.parse("10.8.0.0/24"), "wg1",
                        IpPrefix.parse("192.0.2.7/32"), "eth0",
                        IpPrefix.parse("2001:db8:8::/64"), "wg1",
                        IpPrefix.parse("2001:db8::7/128"), "eth0"),
                found);
    }
}
