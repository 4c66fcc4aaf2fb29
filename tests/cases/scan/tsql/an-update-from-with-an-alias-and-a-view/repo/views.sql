CREATE VIEW [reporting].[OpenClaims] AS
SELECT c.[ClaimId], c.[PolicyNo], c.[Reserve] FROM [claims].[Claim] AS c WHERE c.[ClosedOn] IS NULL
GO
