using System.Net;

namespace RIL.Tests.Web.Accounts;

/// <summary>Behind a proxy that adds TLS and says so in X-Forwarded-Proto, forms work and cookies are marked for HTTPS; where the site is not told to believe the header, it is another site's form.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFormThatComesThroughTlsAtTheProxy_IsTakenOnlyWhereTheHeaderIsBelieved(bool believed)
    {
        // As ASPNETCORE_FORWARDEDHEADERS_ENABLED=true, which a test cannot set for one site alone.
        await using OwnSite own = await OwnSite.Start($"FORWARDEDHEADERS_ENABLED={believed}");
        using HttpClient client = SiteFixture.Client(own.Address);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        client.DefaultRequestHeaders.Add("Origin", $"https://{own.Address.Authority}");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");

        using HttpResponseMessage answer = await SiteFixture.Post(client, "/sign-in", new() { ["Form.Name"] = "admin1", ["Form.Password"] = SiteFixture.Password });

        if (!believed)
        {
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            return;
        }
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        string cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("ril=", StringComparison.Ordinal));
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/account")).StatusCode);
    }
}
